# nix-model-repo: the outputs of its flake, made of the files beside this one.
#
# lib         the library of functions that these files use themselves
# pkgsFor     system -> pkgs, for the outputs that name a system
# systems     those systems
{
  lib,
  pkgsFor,
  systems,
}:
let
  sources = import ./sources { inherit lib; };
  configuration = import ./configuration.nix { inherit lib sources; };

  # Everything that depends on pkgs. `lib` is the caller's, so that the modules work with any nixpkgs.
  mkLibrary =
    { lib, pkgs }:
    let
      integration = import ./integration.nix { inherit lib pkgs; };
    in
    integration
    // {
      fetchModel = import ./fetch-model.nix {
        inherit
          lib
          pkgs
          sources
          configuration
          integration
          ;
      };
    };

  fetchModel = pkgs: (mkLibrary { inherit lib pkgs; }).fetchModel;

  isModel = value: builtins.isAttrs value && value ? name && value ? source && value ? hash;

  # Replaces each model's description in a tree of sets.
  mapModels =
    change:
    builtins.mapAttrs (
      _: value:
      if isModel value then
        change value
      else if builtins.isAttrs value then
        mapModels change value
      else
        value
    );

  # A key makes a second import of the module harmless.
  module = name: function: {
    key = "nixlite:nix-model-repo/${name}";
    _file = "nixlite:nix-model-repo/modules/${name}.nix";
    imports = [ (import function mkLibrary) ];
  };
  both = value: {
    default = value;
    model-repo = value;
  };

  self = {
    inherit (self.lib.version) version;

    lib = {
      inherit fetchModel;
      sources = import ./sources/factories.nix { inherit lib; };
      validation = {
        presets = import ./validation/presets.nix { inherit lib; };
        validators = import ./validation/validators.nix { inherit lib; };
        inherit (self.lib.validation.validators) mkValidator;
      };
      version = import ./version.nix { inherit lib; };
      instantiate = pkgs: mapModels (fetchModel pkgs);
      mkShellHook = pkgs: (mkLibrary { inherit lib pkgs; }).mkShellHook;
    };

    modelDefs = import ./models.nix;
    models = lib.genAttrs systems (system: self.lib.instantiate (pkgsFor system) self.modelDefs);
    rawModels = lib.genAttrs systems (
      system:
      self.lib.instantiate (pkgsFor system) (
        mapModels (model: model // { validation = (model.validation or { }) // { enable = false; }; }) self.modelDefs
      )
    );

    devenvModules = both (module "devenv" ./modules/devenv.nix);
    nixosModules = both (module "nixos" ./modules/nixos.nix);
    homeManagerModules = both (module "home-manager" ./modules/home-manager.nix);

    overlays.default = final: _previous: {
      fetchModel = self.lib.fetchModel final;
      modelRepoSources = self.lib.sources;
      modelRepoValidation = self.lib.validation;
    };
  };
in
self
