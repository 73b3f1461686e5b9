# fetchModel: a model's description to its two derivations (Documentation/ModelDerivations.md has their environment).
#
#   raw   fixed-output: what the source gives, under a store path that only name and hash decide
#   view  links into raw, made after validation; the value that `fetchModel` answers
{
  lib,
  pkgs,
  sources,
  configuration,
  integration,
}:
config:
let
  checked = configuration.validate config;
  merged = configuration.withDefaults config;
  inherit (checked) sourceType;

  kind = sources.kinds.${sourceType};
  sourceConfig = merged.source.${sourceType};
  sourceMeta = { inherit sourceType; } // kind.meta sourceConfig;

  unknown = sources.unknownKeys sourceType sourceConfig;
  unknownSettings = configuration.unknownSettings config;
  warnUnknownSettings =
    if unknownSettings == [ ] then
      value: value
    else
      builtins.warn "model '${merged.name}': there is no setting '${builtins.head unknownSettings}', it is ignored";
  warnUnknown =
    if unknown == [ ] then
      value: value
    else
      builtins.warn "model '${merged.name}': source.${sourceType} knows no '${builtins.head unknown}', which is ignored (it knows: ${builtins.concatStringsSep ", " kind.keys})";

  # Where the path of raw is first needed, a malformed hash comes to light: say how to get the right one.
  hashHint =
    if lib.hasInfix "..." merged.hash then
      "while computing the store path of the model '${merged.name}', whose hash \"${merged.hash}\" only stands for a real one\n\n"
      + "hint: put `hash = lib.fakeHash;`, build the model, and copy the hash that is printed after `got:`"
    else
      "while computing the store path of the model '${merged.name}'";
  explained = builtins.addErrorContext hashHint;

  rawDerivation = derivation {
    name = kind.rawName merged.name sourceConfig;
    system = "builtin";
    builder = "builtin:nixlite-model";
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = merged.hash;
    source = builtins.toJSON ({ type = sourceType; } // kind.json sourceConfig);
    auth = builtins.toJSON (configuration.authForDerivation merged.auth);
    network = builtins.toJSON merged.network;
  };

  raw =
    rawDerivation
    // {
      drvPath = explained rawDerivation.drvPath;
      outPath = explained rawDerivation.outPath;
      out = raw;
      all = [ raw ];
      meta.description = "${sourceType} model: ${sourceMeta.repo or sourceMeta.model}";
    }
    // sourceMeta;

  # Where the hub's cache would have the model; null for sources without that layout unless the model asks for it.
  hub = merged.integration.huggingface or { };
  named = hub.org or null != null && hub.model or null != null;
  hubOrg = if hub.org or null != null then hub.org else sourceMeta.org;
  hubModel = if hub.model or null != null then hub.model else sourceMeta.model;
  hubLink =
    if (hub.enable or true) && (kind.hubLayout || named) then
      "${(kind.hubFolder or (_: "models")) sourceConfig}--${hubOrg}--${hubModel}"
    else
      null;

  viewEnvironment = {
    inherit (merged) name;
    system = "builtin";
    builder = "builtin:nixlite-view";
    inherit raw;
    config = builtins.toJSON {
      inherit sourceType hubLink;
      org = sourceMeta.org;
      model = sourceMeta.model;
      repo = sourceMeta.repo or null;
      revision = sourceMeta.revision or null;
    };
    validation = builtins.toJSON (configuration.validationForDerivation merged.validation);
  };

  extended =
    environment:
    let
      view = derivation environment;
      linked = [
        {
          drv = view;
          org = hubOrg;
          model = hubModel;
        }
      ];
      self = view // passthru // {
        out = self;
        all = [ self ];
        inherit passthru;
        overrideAttrs = change: extended (environment // (if builtins.isFunction change then change environment else change));
      };
      passthru = {
        inherit raw sourceType;
        config = merged;
        meta = {
          description = "AI model: ${sourceMeta.org}/${sourceMeta.model}";
        }
        // merged.meta
        // sourceMeta;
        hfCachePath = hubLink;
        shellHook = integration.mkShellHook { models = linked; };
        setupSymlinks = integration.mkHfSymlinks {
          modelPath = view;
          org = hubOrg;
          model = hubModel;
        };
      };
    in
    self;
in
if !checked.valid then
  throw "Invalid fetchModel configuration:\n  ${builtins.concatStringsSep "\n  " checked.errors}"
else
  warnUnknownSettings (warnUnknown (extended viewEnvironment))
