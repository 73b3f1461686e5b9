# What puts models where programs look for them: shell hooks, link scripts, wrappers.
{ lib, pkgs }:
let
  inherit (lib) concatMapStrings concatStringsSep;
  userCache = "$HOME/.cache/huggingface/hub";
  linkName = org: model: "models--${org}--${model}";

  # Shell code that makes `link` point at `target`, and leaves alone what is not a link.
  replaceLink = link: target: ''
    if [ -e "${link}" ] && [ ! -L "${link}" ]; then
      echo "WARNING: ${link} exists and is not a symlink, skipping" >&2
    else
      ln -sfn "${target}" "${link}"
    fi
  '';
in
{
  # Those of the models (by name) that a hub cache has a place for.
  linkedModels = models: builtins.filter (model: model.hfCachePath != null) (builtins.attrValues models);

  # Shell code that links such models into the hub cache below `cacheDir`.
  linkModels = cacheDir: models: ''
    mkdir -p "${cacheDir}/hub"
    ${concatMapStrings (model: replaceLink "${cacheDir}/hub/${model.hfCachePath}" "${model}") models}
  '';

  # Shell code that links models into a hub cache and turns on offline mode.
  # models = [ { drv, org, model } ]; cacheDir: the folder of the links, by default the user's own cache.
  mkShellHook =
    {
      models,
      cacheDir ? null,
    }:
    let
      folder = if cacheDir == null then userCache else cacheDir;
    in
    ''
      mkdir -p "${folder}"
      ${concatMapStrings (
        {
          drv,
          org,
          model,
          ...
        }:
        replaceLink "${folder}/${linkName org model}" "${drv}"
      ) models}
      export HF_HUB_OFFLINE=1
      export TRANSFORMERS_OFFLINE=1
      echo "HuggingFace models ready (offline mode enabled): ${
        concatStringsSep ", " (map ({ org, model, ... }: "${org}/${model}") models)
      }"
    '';

  # A script that links one model into a hub cache.
  mkHfSymlinks =
    {
      modelPath,
      org,
      model,
      cacheDir ? null,
    }:
    let
      folder = if cacheDir == null then userCache else cacheDir;
    in
    pkgs.writeShellScript "setup-hf-symlinks-${org}-${model}" ''
      set -eu
      mkdir -p "${folder}"
      ${replaceLink "${folder}/${linkName org model}" "${modelPath}"}
    '';

  # A program that runs `program` with each model's path in a variable; models = [ { path, envVar } ].
  mkModelWrapper =
    {
      program,
      models,
      name ? null,
    }:
    pkgs.writeShellScriptBin (if name == null then baseNameOf program else name) ''
      ${concatMapStrings (
        { path, envVar, ... }:
        ''
          export ${envVar}="${path}"
        ''
      ) models}
      exec ${program} "$@"
    '';

  # "org/model" in two parts.
  parseHfRepo =
    repo:
    let
      parts = lib.splitString "/" repo;
    in
    {
      org = builtins.elemAt parts 0;
      model = builtins.elemAt parts 1;
    };

  # Where a hub cache has a model.
  mkHfCachePath =
    {
      org,
      model,
      cacheDir ? userCache,
    }:
    "${cacheDir}/${linkName org model}";
}
