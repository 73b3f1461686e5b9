# The bundled modules for a project at /project, under an evaluator without the primitives of openness: a stand-in answers
# the names of a list, and notes nothing.
let
  names = [
    "git"
    "jq"
    "zlib"
    "torch"
    "transformers"
    "postgresql"
    "rustc"
    "bash"
    "hello"
    "nodejs"
    "cc"
  ];
  nixlite = {
    openAttrs =
      { known, fallback }:
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = fallback name;
        }) names
      )
      // known;
    notePlaceholder = _: null;
  };
  bundle = import ../../nix {
    inherit nixlite;
    system = "x86_64-linux";
    root = "/project";
  };
in
bundle
// {
  # A project of one module.
  project =
    module:
    bundle.evalDevenv {
      modules = [ module ];
      inherit (bundle) pkgs;
      root = "/project";
      inputs = {
        nixpkgs = bundle.input "github:NixOS/nixpkgs";
        nix-model-repo = bundle.input "github:parthspatel/nix-model-repo";
      };
    };
  fetchModel = (bundle.input "github:parthspatel/nix-model-repo").lib.fetchModel bundle.pkgs;
}
