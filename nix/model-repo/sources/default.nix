# The kinds of source. Each is a set of
#   check     cfg -> [string]: what is wrong with it, in nix-model-repo's words where it has any
#   keys      the attributes it knows; others are reported as a warning
#   rawName   cfg -> name of the fixed-output derivation; with the hash it decides the store path, so it never changes
#   json      cfg -> what the fetcher reads, every default filled in
#   meta      cfg -> org, model, revision, repo as `passthru.meta` shows them
#   hubLayout whether the output has blobs, snapshots and refs
#   hubFolder cfg -> the first part of a hub cache's name for it: models, datasets, spaces
{ lib }:
let
  inherit (builtins) isAttrs isBool isInt isList isString;

  isText = value: isString value && value != "";
  isTextList = value: isList value && builtins.all isText value;
  failing = condition: message: lib.optional condition message;

  # A name for a derivation out of any text: what Nix does not allow becomes a dash.
  safeName =
    text:
    let
      words = builtins.filter (part: isString part && part != "") (builtins.split "[^A-Za-z0-9+._?=-]+" text);
      joined = builtins.substring 0 180 (builtins.concatStringsSep "-" words);
    in
    if joined == "" then "model" else joined;

  # The path of a repository's URL, without host and without ".git": "org/model".
  repositoryPath =
    url:
    let
      parts = builtins.match "[A-Za-z0-9+.-]+://[^/]*/(.*)" url;
      secureShell = builtins.match "[^/:]+:(.*)" url;
      path =
        if parts != null then
          builtins.head parts
        else if secureShell != null then
          builtins.head secureShell
        else
          url;
    in
    lib.removeSuffix ".git" (lib.removeSuffix "/" path);

  # The text after the last slash; all of it where there is none.
  lastSegment = text: lib.last (lib.splitString "/" text);

  # Those of the keys that are there and not null: what came later and must not change older derivations.
  given = keys: cfg: lib.filterAttrs (key: value: builtins.elem key keys && value != null) cfg;

  required = kind: keys: cfg: builtins.concatMap (key: failing (!(cfg ? ${key})) "${kind}: '${key}' is required") keys;

  textual =
    kind: keys: cfg:
    builtins.concatMap (
      key: failing (cfg ? ${key} && cfg.${key} != null && !(isText cfg.${key})) "${kind}: '${key}' must be a non-empty string"
    ) keys;

  fileList =
    kind: key: cfg:
    failing (
      cfg ? ${key} && cfg.${key} != null && !(isTextList cfg.${key})
    ) "${kind}: '${key}' must be a list of strings or null";

  # What a Hugging Face repository holds: a model unless it says otherwise.
  repoType = cfg: if cfg.repoType or null == null then "model" else cfg.repoType;

  gitMeta =
    kind: cfg:
    let
      path = lib.splitString "/" (repositoryPath cfg.url);
      count = builtins.length path;
    in
    {
      org = if count >= 2 then builtins.elemAt path (count - 2) else kind;
      model = lib.last path;
      revision = cfg.rev;
      repo = cfg.url;
    };
in
rec {
  kinds = {
    huggingface = {
      hubLayout = true;
      keys = [ "repo" "repoType" "revision" "files" ];
      hubFolder = cfg: "${repoType cfg}s";
      check =
        cfg:
        required "huggingface" [ "repo" ] cfg
        ++ failing (
          !(builtins.elem (repoType cfg) [ "model" "dataset" "space" ])
        ) "huggingface: 'repoType' must be one of: model, dataset, space"
        ++ failing (cfg ? repo && !(isText cfg.repo)) "huggingface: 'repo' must be a non-empty string"
        ++ failing (
          cfg ? repo && isText cfg.repo && builtins.match "[^/:@?# ]+/[^/:@?# ]+" cfg.repo == null
        ) "huggingface: 'repo' must be in 'org/model' format"
        ++ failing (cfg ? revision && !(isText cfg.revision)) "huggingface: 'revision' must be a non-empty string"
        ++ fileList "huggingface" "files" cfg;
      rawName =
        name: cfg:
        (if repoType cfg == "model" then "" else "${repoType cfg}-")
        + "${builtins.replaceStrings [ "/" ] [ "-" ] cfg.repo}-raw";
      json =
        cfg:
        {
          inherit (cfg) repo;
          revision = cfg.revision or "main";
          files = cfg.files or null;
        }
        // lib.optionalAttrs (repoType cfg != "model") { inherit (cfg) repoType; };
      meta =
        cfg:
        let
          parts = lib.splitString "/" cfg.repo;
        in
        {
          org = builtins.elemAt parts 0;
          model = builtins.elemAt parts 1;
          revision = cfg.revision or "main";
          inherit (cfg) repo;
        };
    };

    mlflow = {
      hubLayout = false;
      keys = [ "trackingUri" "modelName" "modelVersion" "modelStage" "modelAlias" "files" ];
      check =
        cfg:
        required "mlflow" [ "trackingUri" "modelName" ] cfg
        ++ textual "mlflow" [ "trackingUri" "modelName" "modelStage" "modelAlias" ] cfg
        ++ fileList "mlflow" "files" cfg
        ++ failing (
          cfg.modelAlias or null != null && (cfg.modelVersion or null != null || cfg.modelStage or null != null)
        ) "mlflow: specify 'modelAlias' without 'modelVersion' and 'modelStage'"
        ++ failing (
          cfg.modelVersion or null != null && cfg.modelStage or null != null
        ) "mlflow: specify either 'modelVersion' or 'modelStage', not both"
        ++ failing (
          cfg ? modelVersion && cfg.modelVersion != null && !(isText cfg.modelVersion || isInt cfg.modelVersion)
        ) "mlflow: 'modelVersion' must be a non-empty string";
      rawName =
        name: cfg:
        let
          version = cfg.modelVersion or null;
          stage = cfg.modelStage or null;
          alias = cfg.modelAlias or null;
          which =
            if version != null then
              "v${toString version}"
            else if stage != null then
              lib.toLower stage
            else if alias != null then
              safeName alias
            else
              "latest";
        in
        "mlflow-${builtins.replaceStrings [ "/" ] [ "-" ] cfg.modelName}-${which}-raw";
      json =
        cfg:
        {
          inherit (cfg) trackingUri modelName;
          modelVersion = if cfg.modelVersion or null == null then null else toString cfg.modelVersion;
          modelStage = cfg.modelStage or null;
        }
        // lib.optionalAttrs (cfg.modelAlias or null != null) { inherit (cfg) modelAlias; }
        // lib.optionalAttrs (cfg.files or null != null) { inherit (cfg) files; };
      meta = cfg: {
        inherit (cfg) trackingUri modelName;
        version = cfg.modelVersion or null;
        stage = cfg.modelStage or null;
        alias = cfg.modelAlias or null;
        org = "mlflow";
        model = cfg.modelName;
      };
    };

    s3 = {
      hubLayout = false;
      keys = [ "bucket" "prefix" "region" "endpoint" "files" "versionId" "addressingStyle" "requesterPays" ];
      # Without a region: that of the environment or of the profile, else us-east-1.
      check =
        cfg:
        required "s3" [ "bucket" "prefix" ] cfg
        ++ textual "s3" [ "bucket" "region" "endpoint" "versionId" "addressingStyle" ] cfg
        ++ failing (cfg ? prefix && !(isString cfg.prefix)) "s3: 'prefix' must be a string"
        ++ failing (!(builtins.isBool (cfg.requesterPays or false))) "s3: 'requesterPays' must be a Boolean"
        ++ fileList "s3" "files" cfg;
      rawName = name: cfg: "s3-${safeName "${cfg.bucket}/${cfg.prefix}"}-raw";
      json = cfg: {
        inherit (cfg) bucket prefix;
        region = cfg.region or null;
        endpoint = cfg.endpoint or null;
        files = cfg.files or null;
      }
      // given [ "versionId" "addressingStyle" "requesterPays" ] cfg;
      meta = cfg: {
        org = cfg.bucket;
        model = lastSegment (lib.removeSuffix "/" cfg.prefix);
        revision = null;
        repo = "s3://${cfg.bucket}/${cfg.prefix}";
      };
    };

    git-lfs = {
      hubLayout = false;
      keys = [ "url" "rev" "lfsFiles" "subdir" ];
      check =
        cfg:
        required "git-lfs" [ "url" "rev" ] cfg
        ++ textual "git-lfs" [ "url" "rev" "subdir" ] cfg
        ++ fileList "git-lfs" "lfsFiles" cfg;
      rawName = name: cfg: "git-lfs-${safeName (repositoryPath cfg.url)}-raw";
      json = cfg: {
        inherit (cfg) url rev;
        lfsFiles = cfg.lfsFiles or null;
        subdir = cfg.subdir or null;
      };
      meta = gitMeta "git-lfs";
    };

    git-xet = {
      hubLayout = false;
      keys = [ "url" "rev" "files" "xet" ];
      check =
        cfg:
        required "git-xet" [ "url" "rev" ] cfg
        ++ textual "git-xet" [ "url" "rev" ] cfg
        ++ fileList "git-xet" "files" cfg
        ++ failing (cfg ? xet && !(isAttrs cfg.xet)) "git-xet: 'xet' must be an attribute set";
      rawName = name: cfg: "git-xet-${safeName (repositoryPath cfg.url)}-raw";
      json = cfg: {
        inherit (cfg) url rev;
        files = cfg.files or null;
        endpoint = cfg.xet.endpoint or null;
      };
      meta = gitMeta "git-xet";
    };

    # `urls` are separate files, each with `mirrors` of its own; `url = "…"` is a list of one.
    url =
      let
        # `url` alone may have what an element of `urls` has.
        all =
          cfg:
          cfg.urls or [
            (
              {
                inherit (cfg) url;
              }
              // lib.filterAttrs (key: _: builtins.elem key [ "mirrors" "sha256" "filename" ]) cfg
            )
          ];
        address = entry: if isString entry then entry else entry.url;
        # The name of the first file, without the query of its address.
        fileName =
          cfg:
          let
            first = builtins.head (all cfg);
            path = builtins.head (builtins.match "([^?#]*).*" (address first));
          in
          if isAttrs first && first.filename or null != null then first.filename else lastSegment path;
        isEntry =
          entry:
          isText entry
          || (
            isAttrs entry
            && isText (entry.url or null)
            && (entry.mirrors or null == null || isTextList entry.mirrors)
          );
      in
      {
        hubLayout = false;
        keys = [ "urls" "url" "mirrors" "sha256" "filename" "extract" ];
        check =
          cfg:
          failing (!(cfg ? urls) && !(cfg ? url)) "url: 'urls' is required"
          ++ failing (cfg ? urls && cfg ? url) "url: specify either 'urls' or 'url', not both"
          ++ failing (cfg ? urls && !(isList cfg.urls)) "url: 'urls' must be a list"
          ++ failing (cfg ? urls && cfg.urls == [ ]) "url: 'urls' must not be empty"
          ++ textual "url" [ "url" "sha256" "filename" ] cfg
          ++ fileList "url" "mirrors" cfg
          ++ failing (
            cfg ? urls && (cfg ? mirrors || cfg ? sha256 || cfg ? filename)
          ) "url: with 'urls', its elements have 'mirrors', 'sha256' and 'filename'"
          ++ failing (
            cfg ? urls && isList cfg.urls && !(builtins.all isEntry cfg.urls)
          ) "url: each of 'urls' must be a string or a set with 'url'"
          ++ failing (cfg ? extract && !(isBool cfg.extract)) "url: 'extract' must be a boolean";
        rawName = name: cfg: "url-${safeName (fileName cfg)}-raw";
        json = cfg: {
          urls = map (
            entry:
            {
              url = address entry;
              sha256 = if isString entry then null else entry.sha256 or null;
              filename = if isString entry then null else entry.filename or null;
            }
            // lib.optionalAttrs (isAttrs entry && entry.mirrors or null != null) { inherit (entry) mirrors; }
          ) (all cfg);
          extract = cfg.extract or false;
        };
        meta = cfg: {
          org = "url";
          model = fileName cfg;
          revision = null;
          repo = address (builtins.head (all cfg));
        };
      };

    ollama =
      let
        # "name:tag" and a `tag` attribute both name a tag; "@sha256:…" behind them is the digest of the manifest.
        parse =
          cfg:
          let
            name = builtins.head (builtins.split "@" cfg.model);
            digest = lib.removePrefix name cfg.model;
            parts = builtins.match "(.*):([^:/]+)" name;
          in
          {
            model = (if parts == null then name else builtins.elemAt parts 0) + digest;
            tag = cfg.tag or (if parts == null then "latest" else builtins.elemAt parts 1);
          };
        plain = parsed: builtins.head (builtins.split "@" parsed.model);
      in
      {
        hubLayout = false;
        keys = [ "model" "tag" ];
        check =
          cfg:
          required "ollama" [ "model" ] cfg ++ textual "ollama" [ "model" "tag" ] cfg;
        rawName =
          name: cfg:
          let
            parsed = parse cfg;
          in
          "ollama-${safeName "${plain parsed}-${parsed.tag}"}-raw";
        json = parse;
        meta =
          cfg:
          let
            parsed = parse cfg;
          in
          {
            org = "ollama";
            model = plain parsed;
            revision = parsed.tag;
            repo = "${plain parsed}:${parsed.tag}";
          };
      };

    mock = {
      hubLayout = true;
      hubFolder = _: "models";
      keys = [ "org" "model" "files" "revision" "commitSha" ];
      check = cfg: textual "mock" [ "org" "model" "revision" "commitSha" ] cfg ++ fileList "mock" "files" cfg;
      rawName = name: cfg: "${name}-raw-raw";
      json = cfg: {
        org = cfg.org or "test-org";
        model = cfg.model or "test-model";
        files = cfg.files or [ "config.json" ];
        revision = cfg.revision or "main";
        commitSha = cfg.commitSha or "0000000000000000000000000000000000000000";
      };
      meta =
        cfg:
        let
          org = cfg.org or "test-org";
          model = cfg.model or "test-model";
        in
        {
          inherit org model;
          revision = cfg.revision or "main";
          repo = "${org}/${model}";
        };
    };
  };

  # The order in which messages list them.
  kindNames = [ "huggingface" "mlflow" "s3" "git-lfs" "git-xet" "url" "ollama" "mock" ];

  # { valid, errors, sourceType } of a `source` set.
  validate =
    source:
    let
      present = builtins.filter (kind: source ? ${kind}) kindNames;
      kind = builtins.head present;
      cfg = source.${kind};
      refuse = message: {
        valid = false;
        errors = [ message ];
        sourceType = null;
      };
    in
    if !isAttrs source then
      refuse "source must be an attribute set"
    else if present == [ ] then
      refuse (
        "source must specify exactly one of: ${builtins.concatStringsSep ", " kindNames}"
        + lib.optionalString (source != { }) "; got: ${builtins.concatStringsSep ", " (builtins.attrNames source)}"
      )
    else if builtins.length present > 1 then
      refuse "source must specify exactly one type, got: ${builtins.concatStringsSep ", " present}"
    else
      let
        errors = if isAttrs cfg then kinds.${kind}.check cfg else [ "${kind}: must be an attribute set" ];
      in
      {
        valid = errors == [ ];
        inherit errors;
        sourceType = kind;
      };

  # The attributes of `source.<kind>` that mean nothing to us, most often misspelt ones.
  unknownKeys = kind: cfg: lib.subtractLists kinds.${kind}.keys (builtins.attrNames cfg);
}
