# The NixOS module: models for the whole system, linked into one cache folder by a service.
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
  cfg = config.services.model-repo;
  hub = cfg.integration.huggingface;
  built = common.build library.fetchModel "services.model-repo" cfg;
  linked = library.linkedModels built;
in
{
  options.services.model-repo = {
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
        default = true;
        description = "Whether to make a HuggingFace cache of the models";
      };
      cacheDir = mkOption {
        type = types.str;
        default = "/var/cache/huggingface";
        description = "Directory of that cache";
      };
    };
    user = mkOption {
      type = types.str;
      default = "root";
      description = "Owner of the cache directory";
    };
    group = mkOption {
      type = types.str;
      default = "model-repo";
      description = "Group that may read the models";
    };
    createGroup = mkOption {
      type = types.bool;
      default = true;
      description = "Whether to create that group";
    };
    auth.tokenFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/run/secrets/hf-token";
      description = "File with a HuggingFace token, for models that need one";
    };
  };

  config = mkIf cfg.enable {
    users.groups = mkIf cfg.createGroup { ${cfg.group} = { }; };
    environment.systemPackages = builtins.attrValues built;
    environment.variables = mkIf hub.enable { HF_HOME = hub.cacheDir; };
    systemd.tmpfiles.rules = map (folder: "d ${folder} 0755 ${cfg.user} ${cfg.group} -") [
      hub.cacheDir
      "${hub.cacheDir}/hub"
    ];
    systemd.services.model-repo = mkIf hub.enable {
      description = "AI model cache";
      wantedBy = [ "multi-user.target" ];
      after = [ "local-fs.target" ];
      environment = mkIf (cfg.auth.tokenFile != null) { HF_TOKEN_PATH = toString cfg.auth.tokenFile; };
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        NoNewPrivileges = true;
        ProtectSystem = "strict";
        ProtectHome = true;
        ReadWritePaths = [ hub.cacheDir ];
        ExecStart = pkgs.writeShellScript "setup-model-repo" ''
          set -eu
          ${library.linkModels hub.cacheDir linked}
          chown -R ${cfg.user}:${cfg.group} "${hub.cacheDir}"
        '';
      };
    };
  };
}
