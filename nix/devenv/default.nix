# devenv: evaluates a project's modules, and the outputs of devenv's flake.
#
# lib             the bundled library
# modelRepo       the bundled nix-model-repo, whose options are always there
# root            the folder of the flake that is evaluated, or null
# sourcePath      where these files lie
{
  lib,
  modelRepo,
  root,
  sourcePath,
}:
let
  bundled = name: {
    key = "nixlite:devenv/${name}";
    _file = "nixlite:devenv/${name}.nix";
    imports = [ (import (./modules + "/${name}.nix")) ];
  };

  # modules    modules, paths or sets
  # inputs     the project's inputs by name
  # pkgs       what modules get as `pkgs`
  # root       the project's folder, absolute, as text; null: from $PWD
  # profiles   names of profiles that are taken in
  #
  # Answers { config, options, output }: `output` is what `nixlite eval` prints.
  evalDevenv =
    {
      modules,
      pkgs,
      inputs ? { },
      root ? null,
      lib ? pkgs.lib,
      profiles ? [ ],
      flakesIntegration ? false,
    }:
    let
      # `pkgs` is among them so that what a module sets may depend on it: `config._module.args` needs every name that is set.
      specialArgs =
        overlays:
        builtins.removeAttrs inputs [
          "lib"
          "config"
          "options"
        ]
        // {
          inherit inputs;
          pkgs = if overlays == [ ] then pkgs else pkgs.appendOverlays overlays;
        };
      evaluate =
        more:
        let
          result = lib.evalModules {
            class = "devenv";
            specialArgs = specialArgs result.options.overlays.value;
            modules = allModules more;
          };
        in
        result;
      allModules =
        more:
        map bundled [
          "core"
          "languages"
          "scripts"
          "services"
          "dotenv"
          "shell"
        ]
        ++ [
          modelRepo.devenvModules.default
          {
            key = "nixlite:devenv/project";
            _file = "nixlite:devenv/project";
            config = {
              _module.freeformType = (import ./types.nix { inherit lib; }).freeform;
              devenv = {
                inherit flakesIntegration;
                root = lib.mkDefault (if root == null then builtins.getEnv "PWD" else root);
              };
            };
          }
        ]
        ++ more
        ++ modules;

      plain = evaluate [ ];
      # Each profile with what it extends, the extended ones first.
      modulesOf =
        name:
        let
          profile =
            plain.config.profiles.${name}
              or (throw "Profile '${name}' not found. Available profiles: ${lib.concatStringsSep ", " (builtins.attrNames plain.config.profiles)}");
        in
        builtins.concatMap modulesOf profile.extends ++ [ profile.module ];
      chosen = builtins.concatMap modulesOf profiles;
      result = if profiles == [ ] then plain else evaluate chosen;
    in
    {
      inherit (result) config options;
      output = import ./output.nix { inherit lib; } {
        modules = modules ++ chosen;
        argument =
          name:
          if name == "options" then
            result.options
          else
            (specialArgs result.options.overlays.value).${name} or result._module.args.${name};
        inherit (result) config;
      };
    };

  mkEval =
    {
      pkgs,
      inputs,
      modules,
      lib ? pkgs.lib,
    }:
    evalDevenv {
      inherit
        pkgs
        inputs
        modules
        lib
        root
        ;
      flakesIntegration = true;
    };
  mkConfig = arguments: (mkEval arguments).config;

  # The derivation of the shell, with the whole configuration in `config`.
  mkShell =
    arguments:
    let
      evaluation = mkEval arguments;
    in
    evaluation.config.shell
    // {
      inherit (evaluation) config options;
      inherit (evaluation) output;
    };

  # For flake-parts: `devenv.shells.<name>` of perSystem becomes a devShell.
  flakePartsModule =
    { inputs, lib, ... }:
    {
      key = "nixlite:devenv/flake-parts";
      _file = "nixlite:devenv/flake-parts";
      config.perSystem =
        { config, pkgs, ... }:
        {
          options.devenv = {
            modules = lib.mkOption {
              type = lib.types.listOf lib.types.deferredModule;
              default = [ ];
            };
            shells = lib.mkOption {
              type = lib.types.lazyAttrsOf lib.types.deferredModule;
              default = { };
            };
          };
          config.devShells = builtins.mapAttrs (
            _: module:
            mkShell {
              inherit inputs pkgs;
              modules = config.devenv.modules ++ [ module ];
            }
          ) config.devenv.shells;
        };
    };
in
{
  inherit evalDevenv;

  flake = {
    lib = { inherit mkEval mkConfig mkShell; };
    modules = sourcePath;
    overlays.default = _final: _previous: { };
    flakeModules = {
      default = flakePartsModule;
      # A project's folder from an input `devenv-root` that holds its path.
      readDevenvRoot =
        { inputs, lib, ... }:
        let
          text = if inputs ? devenv-root then builtins.readFile inputs.devenv-root.outPath else "";
        in
        {
          config.devenv = lib.mkIf (text != "") { root = text; };
        };
    };
    flakeModule = flakePartsModule;
  };
}
