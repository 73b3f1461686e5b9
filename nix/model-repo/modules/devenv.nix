# The devenv module: `services.model-repo`.
#
# The options are one strict submodule, so that a misspelt one is an error although devenv itself takes any option here.
# Variables and packages are set here; the links of `cacheDir` are made by the program that enters the shell, which knows
# the real paths (nix/devenv/shell.nix hands it the list).
mkLibrary:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  common = import ./options.nix { inherit lib; };
  cfg = config.services.model-repo;
  built = common.build (mkLibrary { inherit lib pkgs; }).fetchModel "services.model-repo" cfg;
in
{
  options.services.model-repo = lib.mkOption {
    default = { };
    description = "AI models for the environment";
    type = lib.types.submodule {
      options = {
        inherit (common)
          enable
          models
          globalValidation
          globalNetwork
          offlineMode
          ;
        cacheDir = lib.mkOption {
          type = lib.types.str;
          default = ".devenv/model-repo";
          description = "Directory of the HuggingFace cache links, relative to the project root";
        };
        linkToHuggingFace = lib.mkOption {
          type = lib.types.bool;
          default = true;
          description = "Whether to link the models into a HuggingFace cache directory";
        };
      };
    };
  };

  # The models for the program that builds them.
  options.nixlite.models = lib.mkOption {
    type = lib.types.raw;
    internal = true;
    readOnly = true;
    description = "The derivation of each model";
    default = builtins.mapAttrs (
      name: model:
      if cfg.enable then
        model
      else
        throw "the model '${name}' cannot be used, because the option `services.model-repo.enable' is false; set services.model-repo.enable = true"
    ) built;
  };

  config = lib.mkIf cfg.enable {
    env =
      common.variables built
      // lib.optionalAttrs cfg.offlineMode common.offlineVariables;
    packages = builtins.attrValues built;
  };
}
