# The flakes that are bundled, as flakes use them.
let
  bundle = import ../bundle.nix;
  inherit (bundle) input lib;
  inputs = {
    self.outPath = "/project";
    nixpkgs = input "github:NixOS/nixpkgs/nixos-unstable";
    devenv = input "github:cachix/devenv";
    nix-model-repo = input "github:parthspatel/nix-model-repo";
  };
  model = {
    services.model-repo = {
      enable = true;
      models.bert = {
        source.huggingface.repo = "google-bert/bert-base-uncased";
        hash = lib.fakeHash;
      };
    };
  };
  shell = inputs.devenv.lib.mkShell {
    inherit inputs;
    pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
    modules = [
      inputs.nix-model-repo.devenvModules.default
      model
    ];
  };
  utils = (input "github:numtide/flake-utils").lib;
  parts = (input "github:hercules-ci/flake-parts").lib.mkFlake { inherit inputs; } {
    systems = import ../../../nix/systems;
    imports = [ inputs.devenv.flakeModules.default ];
    perSystem =
      { pkgs, system, ... }:
      {
        packages.text = pkgs.writeText "text" system;
        devenv.shells.default = model;
      };
    flake.answer = 42;
  };
  overlaid = inputs.nixpkgs.legacyPackages.x86_64-linux.extend inputs.nix-model-repo.overlays.default;
in
{
  shell = {
    inherit (shell) type name;
    root = shell.config.devenv.root;
    bert = shell.config.nixlite.models.bert.drvPath;
  };
  utils = utils.eachDefaultSystem (system: { packages.name = system; });
  app = utils.mkApp { drv = { pname = "p"; outPath = "/o"; }; };
  parts = {
    inherit (parts) answer;
    systems = builtins.attrNames parts.packages;
    text = parts.packages.x86_64-linux.text.name;
    bert = parts.devShells.x86_64-linux.default.config.nixlite.models.bert.drvPath == shell.config.nixlite.models.bert.drvPath;
  };
  models = builtins.mapAttrs (_: model: model.raw.name) inputs.nix-model-repo.models.x86_64-linux.test;
  unvalidated = inputs.nix-model-repo.rawModels.x86_64-linux.test.empty.config.validation.enable;
  version = inputs.nix-model-repo.lib.version.satisfies ">=0.1.0";
  overlay =
    (overlaid.fetchModel {
      name = "m";
      source = overlaid.modelRepoSources.mock.minimal;
      hash = lib.fakeHash;
    }).name;
}
