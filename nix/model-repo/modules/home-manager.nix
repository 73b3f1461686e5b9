# The Home Manager module: models of one user, `programs.model-repo`.
mkLibrary:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  common = import ./options.nix { inherit lib; };
  library = mkLibrary { inherit lib pkgs; };
  cfg = config.programs.model-repo;
  hub = cfg.integration.huggingface;
  built = common.build library.fetchModel "programs.model-repo" cfg;
  linked = builtins.filter (model: model.hfCachePath != null) (builtins.attrValues built);
  cacheDir = if hub.cacheDir == null then "${config.xdg.cacheHome}/huggingface" else hub.cacheDir;

  setup = pkgs.writeShellScript "setup-hf-models" ''
    set -eu
    mkdir -p "${cacheDir}/hub"
    ${lib.concatMapStrings (model: ''
      if [ -e "${cacheDir}/hub/${model.hfCachePath}" ] && [ ! -L "${cacheDir}/hub/${model.hfCachePath}" ]; then
        echo "Warning: ${cacheDir}/hub/${model.hfCachePath} exists and is not a symlink, skipping" >&2
      else
        ln -sfn "${model}" "${cacheDir}/hub/${model.hfCachePath}"
      fi
    '') linked}
  '';
in
{
  options.programs.model-repo = {
    inherit (common)
      enable
      models
      globalValidation
      globalNetwork
      ;
    modelPaths = common.modelPaths cfg built;
    integration.huggingface = {
      enable = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether to enable HuggingFace cache integration";
      };
      cacheDir = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Directory of the HuggingFace cache; $XDG_CACHE_HOME/huggingface where it is null";
      };
      offlineMode = mkOption {
        type = types.bool;
        default = true;
        description = "Whether to set HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE";
      };
      setupOnActivation = mkOption {
        type = types.bool;
        default = true;
        description = "Whether to make the links when the configuration is activated";
      };
    };
  };

  config = mkIf cfg.enable {
    home.packages = builtins.attrValues built;
    home.activation.setupModelRepoHfCache = mkIf (hub.enable && hub.setupOnActivation && linked != [ ]) (
      lib.hm.dag.entryAfter [ "writeBoundary" ] "run ${setup}"
    );
    home.sessionVariables = mkIf hub.enable (
      lib.optionalAttrs (hub.cacheDir != null) { HF_HOME = hub.cacheDir; }
      // lib.optionalAttrs hub.offlineMode {
        HF_HUB_OFFLINE = "1";
        TRANSFORMERS_OFFLINE = "1";
      }
    );
  };
}
