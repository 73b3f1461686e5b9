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
  linked = library.linkedModels built;
  cacheDir = if hub.cacheDir == null then "${config.xdg.cacheHome}/huggingface" else hub.cacheDir;

  setup = pkgs.writeShellScript "setup-hf-models" ''
    set -eu
    ${library.linkModels cacheDir linked}
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
      inherit (common) offlineMode;
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
      // lib.optionalAttrs hub.offlineMode common.offlineVariables
    );
  };
}
