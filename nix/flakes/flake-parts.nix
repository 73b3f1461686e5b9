# flake-parts: a flake as a module. `systems`, `perSystem`, `flake`, `imports`; no option of its extra modules.
{ lib }:
let
  inherit (lib) mkOption types;

  # Outputs that have one set for each system.
  perSystemOutputs = [
    "packages"
    "devShells"
    "checks"
    "apps"
    "legacyPackages"
  ];

  optionsOf = names: type: lib.genAttrs names (_: mkOption { inherit type; default = { }; });
  anything = types.lazyAttrsOf types.raw;

  systemModule = {
    options = optionsOf perSystemOutputs anything // {
      formatter = mkOption {
        type = types.nullOr types.raw;
        default = null;
      };
    };
  };

  flakeModule =
    { config, inputs, ... }:
    let
      self = inputs.self;

      # The same set with the attributes of this system in place of those by system.
      ofSystem =
        system: set:
        builtins.mapAttrs (
          _: value: if builtins.isAttrs value && value ? ${system} then value.${system} else value
        ) set;

      evaluate =
        system:
        lib.evalModules {
          class = "perSystem";
          modules = [
            systemModule
            {
              _module.args = {
                inherit system;
                pkgs = lib.mkOptionDefault inputs.nixpkgs.legacyPackages.${system};
                inputs' = builtins.mapAttrs (_: ofSystem system) inputs;
                self' = ofSystem system self;
              };
            }
            config.perSystem
          ];
        };
      results = lib.genAttrs config.systems evaluate;
      resultOf = system: results.${system} or (evaluate system);
      evaluated = builtins.mapAttrs (_: result: result.config) results;
      formatters = lib.filterAttrs (_: value: value != null) (
        builtins.mapAttrs (_: result: result.formatter) evaluated
      );
    in
    {
      options = {
        systems = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };
        perSystem = mkOption {
          type = types.deferredModule;
          default = { };
        };
        allSystems = mkOption {
          type = types.raw;
          default = evaluated;
        };
        flake = mkOption {
          type = types.submodule {
            freeformType = anything;
            options =
              optionsOf perSystemOutputs (types.lazyAttrsOf anything)
              // optionsOf [ "formatter" "overlays" "nixosModules" "nixosConfigurations" ] anything;
          };
          default = { };
        };
        debug = mkOption {
          type = types.bool;
          default = false;
        };
      };
      config._module.args = {
        getSystem = system: (resultOf system).config;
        withSystem =
          system: function:
          let
            result = resultOf system;
          in
          function (result._module.args // { inherit (result) config options; });
      };
      config.flake =
        lib.genAttrs perSystemOutputs (name: builtins.mapAttrs (_: result: result.${name}) evaluated)
        // {
          formatter = formatters;
        };
    };

  mkFlake =
    {
      inputs,
      self ? inputs.self,
      specialArgs ? { },
      moduleLocation ? "${self.outPath}/flake.nix",
    }:
    module:
    (lib.evalModules {
      class = "flake";
      specialArgs = {
        inherit inputs self;
        flake-parts-lib = flakePartsLib;
      }
      // specialArgs;
      modules = [
        flakeModule
        (lib.setDefaultModuleLocation moduleLocation module)
      ];
    }).config.flake;

  flakePartsLib = {
    inherit mkFlake;
    mkPerSystemOption =
      module:
      mkOption {
        type = types.deferredModuleWith { staticModules = [ module ]; };
      };
    importApply = path: arguments: import path arguments;
  };
in
{
  lib = flakePartsLib;
  flakeModules = { };
}
