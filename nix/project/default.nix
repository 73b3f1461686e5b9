# What the program evaluates of a project: a devenv project or a flake, with its inputs resolved.
#
#   nixlite, system, root, config, overlays   as ../default.nix takes them
#   locked      true: nixpkgs, devenv and nix-model-repo come from where the lock file says instead of from the program
#   overrides   input name -> address, from the command line
#
# Answers
#
#   bundle      what ../default.nix answers
#   flake       { source, lock, directory } -> the flake in `directory` of a fetched tree, as `builtins.getFlake` would answer it
#   devenv      { modules, inputs, lock, folder, profiles, imports } -> { config, options, output }
#   rawModel    a model's description -> its raw derivation, for a model that no project describes
{
  nixlite,
  system,
  root ? null,
  config ? { },
  overlays ? [ ],
  locked ? false,
  overrides ? { },
}:
let
  bundle = import ../default.nix {
    inherit
      nixlite
      system
      root
      config
      overlays
      ;
  };
  resolve = import ./inputs.nix {
    inherit
      nixlite
      bundle
      locked
      overrides
      ;
  };

  # A bundled nixpkgs has its packages ready; another one is called like any nixpkgs.
  packagesOf =
    inputs:
    if !(inputs ? nixpkgs) || inputs.nixpkgs._bundled or false then
      bundle.pkgs
    else
      import inputs.nixpkgs { inherit system config overlays; };
in
{
  inherit bundle;

  rawModel = description: (bundle.modelRepo.lib.fetchModel bundle.pkgs description).raw;

  flake =
    {
      source,
      lock,
      directory ? "",
    }:
    resolve.flake source directory lock;

  devenv =
    {
      modules,
      inputs,
      lock,
      folder,
      profiles ? [ ],
      imports ? [ ],
    }:
    let
      # Imports of devenv.yaml: a path from the project's folder, or an input with an optional path below it.
      moduleOf =
        name:
        let
          parts = builtins.match "([^/]*)(/.*)?" name;
          below = builtins.elemAt parts 1;
          input = builtins.head parts;
        in
        if builtins.substring 0 1 name == "." then
          folder + "/${name}/devenv.nix"
        else if builtins.substring 0 1 name == "/" then
          /. + "${name}/devenv.nix"
        else
          resolved.${input}.outPath + "${if below == null then "" else below}/devenv.nix";
      # What is there without being declared: the packages, as in devenv, and the models that this program is for.
      declared = {
        nixpkgs.url = "github:cachix/devenv-nixpkgs/rolling";
        nix-model-repo.url = "github:parthspatel/nix-model-repo";
      }
      // inputs;
      resolved = resolve.inputs {
        inherit declared lock;
        place = {
          source = {
            outPath = folder;
          };
          inherit folder;
        };
      };
    in
    bundle.evalDevenv {
      inherit profiles;
      modules = map moduleOf imports ++ modules;
      inputs = resolved // {
        self = {
          outPath = folder;
          inputs = resolved;
          _type = "flake";
        };
      };
      pkgs = packagesOf resolved;
      root = toString folder;
    };
}
