# Checks what `fetchModel` is given and fills in the defaults.
{ lib, sources }:
let
  inherit (builtins) isAttrs isString;
  isText = value: isString value && value != "";

  defaultValidation = {
    enable = true;
    skipDefaults = false;
    validators = [ ];
    onFailure = "abort";
    timeout = 300;
    defaults = {
      modelscan = true;
      pickleScan = true;
      checksums = true;
    };
  };

  defaultNetwork = {
    timeout = {
      connect = 30;
      read = 300;
    };
    retry = {
      maxAttempts = 3;
      baseDelay = 2;
    };
    bandwidth.limit = null;
    proxy = null;
  };

  # What `auth` may carry into a derivation: names of variables, profiles and files, and programs; never a secret itself.
  authKeys = [
    "tokenEnvVar"
    "usernameEnvVar"
    "passwordEnvVar"
    "tokenFile"
    "useHfCli"
    "awsProfile"
    "gcpServiceAccountKey"
    "required"
    "gatedModelHelp"
    "tokenRefresh"
    "authScript"
  ];
  secretKeys = [ "token" "password" "secretKey" "secretAccessKey" "accessKeyId" "apiKey" ];

  authErrors =
    auth:
    if !isAttrs auth then
      [ "'auth' must be an attribute set" ]
    else
      map (
        key:
        "auth: '${key}' would put a secret into the Nix store, where everyone can read it; "
        + "use auth.tokenEnvVar (the name of a variable) or auth.tokenFile (the path of a file)"
      ) (builtins.filter (key: auth ? ${key}) secretKeys);

  timeoutKeys = [ "connect" "read" "stallTimeout" "stallMinSpeed" "total" "totalPerGB" ];
  networkKeys = {
    timeout = timeoutKeys;
    timeouts = timeoutKeys;
    retry = [ "maxAttempts" "baseDelay" "maxDelay" "jitter" "retryOn" "noRetryOn" ];
    bandwidth = [ "limit" "perConnectionLimit" "burstSize" ];
    proxy = [ "http" "https" "noProxy" "useEnvironment" "auth" "socks" ];
    tls = [ "caBundle" "minVersion" "insecure" ];
  };

  # The names in `set` that are not in `known`, behind `prefix`.
  unknownNames =
    prefix: known: set:
    map (name: prefix + name) (
      builtins.filter (name: !(builtins.elem name known)) (if isAttrs set then builtins.attrNames set else [ ])
    );

  failureActions = [ "abort" "warn" "skip" ];

  validationErrors =
    validation:
    let
      validators = validation.validators or [ ];
      action = validation.onFailure or "abort";
    in
    if !isAttrs validation then
      [ "'validation' must be an attribute set" ]
    else
      lib.optional (!builtins.elem action failureActions) "validation: 'onFailure' must be one of: abort, warn, skip"
      ++ (
        if !builtins.isList validators then
          [ "validation: 'validators' must be a list" ]
        else
          builtins.concatMap (
            validator:
            if !isAttrs validator then
              [ "validation: each of 'validators' must be an attribute set" ]
            else
              lib.optional (!isText (validator.name or null)) "validation: a validator needs a 'name'"
              ++ lib.optional (
                !isText (validator.command or null)
              ) "validation: the validator '${toString (validator.name or "?")}' needs a 'command'"
          ) validators
      );
in
{
  inherit defaultValidation defaultNetwork;

  # Settings of a model, or of all models, that mean nothing.
  unknownSettings =
    config:
    let
      network = config.network or { };
    in
    unknownNames "auth." (authKeys ++ secretKeys) (config.auth or { })
    ++ unknownNames "network." (builtins.attrNames networkKeys ++ [ "xet" ]) network
    ++ builtins.concatMap (name: unknownNames "network.${name}." networkKeys.${name} (network.${name} or { })) (
      builtins.attrNames networkKeys
    );

  # { valid, errors, sourceType }
  validate =
    config:
    let
      source =
        if config ? source then
          sources.validate config.source
        else
          {
            errors = [ ];
            sourceType = null;
          };
      errors =
        lib.optional (!(config ? name)) "'name' is required"
        ++ lib.optional (config ? name && !(isText config.name)) "'name' must be a non-empty string"
        ++ lib.optional (!(config ? source)) "'source' is required"
        ++ lib.optional (!(config ? hash)) "'hash' is required"
        ++ lib.optional (config ? hash && !(isText config.hash)) "'hash' must be a non-empty string"
        ++ source.errors
        ++ authErrors (config.auth or { })
        ++ validationErrors (config.validation or { });
    in
    {
      valid = errors == [ ];
      inherit errors;
      inherit (source) sourceType;
    };

  withDefaults =
    config:
    let
      validation = defaultValidation // (config.validation or { });
    in
    {
      inherit (config) name source hash;
      validation = validation // {
        defaults = defaultValidation.defaults // (config.validation.defaults or { });
        # A validator's own words win over those of the whole validation.
        validators = map (
          validator:
          {
            description = "";
            inherit (validation) onFailure timeout;
          }
          // validator
        ) validation.validators;
      };
      network = lib.recursiveUpdate defaultNetwork (config.network or { });
      auth = config.auth or { };
      integration = lib.recursiveUpdate { huggingface.enable = true; } (config.integration or { });
      meta = config.meta or { };
    };

  # What of `auth` a derivation carries. A path is taken as it is written, never copied into the store.
  authForDerivation =
    auth:
    builtins.mapAttrs (_: value: if builtins.isPath value then toString value else value) (
      lib.filterAttrs (key: value: builtins.elem key authKeys && value != null) auth
    );

  # What of `validation` a derivation carries.
  validationForDerivation = validation: {
    inherit (validation) enable skipDefaults defaults onFailure timeout;
    validators = map (validator: {
      inherit (validator) name command description onFailure timeout;
      # A placeholder is no input: its program is looked up on PATH.
      buildInputs = map (input: "${input}") (
        builtins.filter (input: !(input ? __nixlitePlaceholder)) (validator.buildInputs or [ ])
      );
    }) validation.validators;
  };
}
