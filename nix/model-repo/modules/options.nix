# The options that the devenv, NixOS and Home Manager modules share.
{ lib }:
let
  inherit (lib) mkOption types;
  settings = types.attrsOf types.anything;
  section =
    description:
    mkOption {
      type = settings;
      default = { };
      inherit description;
    };
in
rec {
  # One model.
  model = types.submodule (
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
          description = "Model name; the attribute name where it is not given";
        };
        source = mkOption {
          type = settings;
          description = "Where the model comes from: one of huggingface, mlflow, s3, git-lfs, git-xet, url, ollama, mock";
          example = {
            huggingface.repo = "google-bert/bert-base-uncased";
          };
        };
        hash = mkOption {
          type = types.str;
          description = "SHA256 hash of the model in SRI format; lib.fakeHash while it is not known";
        };
        validation = section "Validation settings";
        integration = section "Integration settings";
        network = section "Network settings: timeouts, retries, proxy";
        auth = section "Names of the variables or files that hold credentials";
        meta = section "Metadata";
      };
    }
  );

  models = mkOption {
    type = types.attrsOf model;
    default = { };
    description = "Models by name";
  };

  enable = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = "Whether to enable AI model management";
  };

  globalValidation = section "Validation settings of every model that does not set them itself";
  globalNetwork = section "Network settings of every model that does not set them itself";

  offlineMode = mkOption {
    type = types.bool;
    default = true;
    description = "Whether to set HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE";
  };

  offlineVariables = {
    HF_HUB_OFFLINE = "1";
    TRANSFORMERS_OFFLINE = "1";
  };

  # `built` by name, for other parts of the configuration to refer to.
  modelPaths =
    cfg: built:
    mkOption {
      type = types.attrsOf types.package;
      default = if cfg.enable then built else { };
      readOnly = true;
      description = "The store path of each model";
    };

  # Joins a model's settings with those for all models; the model's own win.
  withGlobals =
    cfg: model:
    model
    // {
      validation =
        cfg.globalValidation
        // model.validation
        // lib.optionalAttrs (cfg.globalValidation ? defaults || model.validation ? defaults) {
          defaults = (cfg.globalValidation.defaults or { }) // (model.validation.defaults or { });
        };
      network = lib.recursiveUpdate cfg.globalNetwork model.network;
    };

  # The models of `cfg` as derivations; `path` is the option path of `cfg`, for messages.
  build =
    fetchModel: path: cfg:
    builtins.mapAttrs (
      name: model:
      let
        given = withGlobals cfg model;
      in
      builtins.addErrorContext "while evaluating the model `${path}.models.${name}'" (
        fetchModel (builtins.removeAttrs given [ "_module" ])
      )
    ) cfg.models;

  # The environment variable with a model's path. Besides the dash, every character that a variable may not have becomes "_".
  variableName =
    name:
    "MODEL_REPO_"
    + lib.toUpper (
      builtins.concatStringsSep "_" (builtins.filter builtins.isString (builtins.split "[^A-Za-z0-9_]" name))
    );

  # variable -> store path, for models by name. Two names that give one variable are an error.
  variables =
    built:
    builtins.mapAttrs (
      variable: names:
      if builtins.length names == 1 then
        "${built.${builtins.head names}}"
      else
        throw "the models ${
          lib.concatMapStringsSep " and " (name: "'${name}'") names
        } would share the variable ${variable}: rename one of them"
    ) (builtins.groupBy variableName (builtins.attrNames built));
}
