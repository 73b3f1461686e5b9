# The bundled modules, put together. The host evaluates this file and calls it with
#
#   nixlite   its primitives (pkgs/default.nix says what they do)
#   system    such as "x86_64-linux"
#   root      the folder of the project, absolute, as text; null where there is none
#   config, overlays   of nixpkgs, as devenv.yaml has them
#
# and uses of the answer
#
#   lib                  the library of functions
#   pkgs, pkgsFor        packages of `system`, of any system
#   evalDevenv           { modules, inputs, pkgs, root, profiles } -> { config, options, output } (devenv/default.nix)
#   input                url -> the bundled flake for it, or null
#   importNixpkgs        the function that `import nixpkgs` is: { system, config, overlays } -> pkgs
#
# The files of nixpkgs/ are reached by projects themselves, through the `outPath` of the bundled nixpkgs; there the host
# defines one more variable, `__nixlite`, which is that same answer.
{
  nixlite,
  system,
  root ? null,
  config ? { },
  overlays ? [ ],
}:
let
  lib = import ./lib;

  systems = import ./systems;
  allSystems = [
    "aarch64-darwin"
    "aarch64-linux"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "powerpc64le-linux"
    "riscv64-linux"
    "x86_64-darwin"
    "x86_64-freebsd"
    "x86_64-linux"
  ];

  importNixpkgs =
    {
      system ? own,
      localSystem ? { },
      config ? { },
      overlays ? [ ],
      ...
    }:
    import ./pkgs {
      inherit
        nixlite
        lib
        overlays
        config
        ;
      path = toString ./nixpkgs;
      system = if builtins.isString localSystem then localSystem else localSystem.system or system;
    };
  own = system;

  # One evaluation for each system, shared by all who ask.
  shared = lib.genAttrs allSystems (system: importNixpkgs { inherit system config overlays; });
  pkgsFor = name: shared.${name} or (importNixpkgs { system = name; inherit config overlays; });

  modelRepo = import ./model-repo {
    inherit lib pkgsFor;
    inherit systems;
  };
  devenv = import ./devenv {
    inherit lib modelRepo root;
    sourcePath = toString ./devenv;
  };
in
{
  inherit
    lib
    pkgsFor
    importNixpkgs
    modelRepo
    ;
  pkgs = pkgsFor system;
  inherit (devenv) evalDevenv;
  input = import ./inputs.nix {
    inherit
      lib
      pkgsFor
      allSystems
      modelRepo
      systems
      ;
    devenv = devenv.flake;
  };
}
