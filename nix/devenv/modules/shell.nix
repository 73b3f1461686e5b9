# `config.nixlite.shell`: what the program needs to make the shell, as plain data.
#
#   name, root, dotfile, state, runtime, tmpdir   text
#   env          variable -> text with its context, as a derivation would coerce it (true "1", false and null "", lists by spaces)
#   unsetEnv     [ variable ]
#   enterShell, enterTest   bash code with its context
#   packages     [ package ]                        without the models
#   scripts      [ { name, exec, description, interpreter = package + { binary }, packages = [ package ] } ]
#                exec is text with context; where a path was given it is null and `file` is the path
#   python       { enable, package = package, version, directory, venv = { enable, requirements, quiet } }
#   models       [ { attrName, envVarName, name, view, raw, sourceType, org, model, repo, revision, hubLink } ]
#                view and raw are derivations; hubLink is `models--org--model`, or null where the hub's cache has no place for it
#   cacheDir, linkToHuggingFace, offlineMode        of services.model-repo; `cacheDir` as it is written
#   huggingFaceHome                                 cacheDir as an absolute path
# A package is { name, path, placeholder }: `placeholder` is null and `path` its store path with context, or `placeholder`
# is the dotted name of a package that nobody has built and `path` is null.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.services.model-repo;
  common = import ../../model-repo/modules/options.nix { inherit lib; };

  describe = package: {
    name = package.pname or (lib.getName package);
    placeholder = package.__nixlitePlaceholder or null;
    path = if package ? __nixlitePlaceholder then null else "${package}";
  };

  isModel = package: package ? sourceType && package ? raw;

  coerce =
    value:
    if builtins.isList value then
      builtins.concatStringsSep " " (map coerce value)
    else if builtins.isBool value then
      (if value then "1" else "")
    else if builtins.isAttrs value || builtins.isPath value then
      "${value}"
    else
      toString value;

  modelOf =
    attrName: view:
    let
      about = view.meta;
    in
    {
      inherit attrName view;
      envVarName = common.variableName attrName;
      inherit (view) name raw sourceType;
      inherit (about) org model;
      repo = about.repo or null;
      revision = about.revision or null;
      hubLink = view.hfCachePath;
    };

  python = config.languages.python;
  requirements = python.venv.requirements or null;
in
{
  options.nixlite.shell = lib.mkOption {
    type = lib.types.raw;
    internal = true;
    readOnly = true;
    description = "What the program makes the shell of";
    default = {
      name = if config.name == null then "devenv-shell" else config.name;
      inherit (config.devenv)
        root
        dotfile
        state
        runtime
        tmpdir
        ;
      env = builtins.mapAttrs (_: coerce) config.env;
      unsetEnv = config.unsetEnvVars;
      inherit (config) enterShell enterTest;
      packages = map describe (builtins.filter (package: !(isModel package)) config.packages);
      scripts = lib.mapAttrsToList (name: script: {
        inherit name;
        inherit (script) description;
        exec = if builtins.isPath script.exec then null else script.exec;
        file = if builtins.isPath script.exec then script.exec else null;
        interpreter = describe script.package // {
          binary =
            if script.binary != null then
              script.binary
            else
              script.package.meta.mainProgram or (lib.getName script.package);
        };
        packages = map describe script.packages;
      }) config.scripts;
      python = {
        inherit (python) enable version directory;
        package = describe python.package;
        venv = {
          inherit (python.venv) enable;
          quiet = python.venv.quiet or false;
          requirements = if builtins.isPath requirements then builtins.readFile requirements else requirements;
        };
      };
      models = if cfg.enable then lib.mapAttrsToList modelOf config.nixlite.models else [ ];
      inherit (cfg) cacheDir linkToHuggingFace offlineMode;
      huggingFaceHome =
        if lib.hasPrefix "/" cfg.cacheDir then cfg.cacheDir else "${config.devenv.root}/${cfg.cacheDir}";
    };
  };
}
