# What belongs to the environment as a whole: variables, packages, hooks, folders.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkDefault mkOption types;
  inherit (import ../types.nix { inherit lib; }) freely freeform;
  cfg = config.devenv;
  text = default: description: mkOption { type = types.str; inherit default description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  any = default: description: mkOption { type = freely; inherit default description; };
  texts = description: mkOption { type = types.listOf types.str; default = [ ]; inherit description; };
  temporary =
    let
      given = builtins.getEnv "TMPDIR";
    in
    if given == "" then "/tmp" else given;
  failed = builtins.filter (assertion: !assertion.assertion) config.assertions;
  checked =
    if failed != [ ] then
      throw "Failed assertions:\n${lib.concatMapStringsSep "\n" (assertion: "- ${assertion.message}") failed}"
    else
      value: builtins.foldl' (result: warning: builtins.warn warning result) value config.warnings;
in
{
  options = {
    name = mkOption {
      type = types.nullOr types.str;
      default = "devenv-shell";
      description = "Name of the project";
    };
    env = mkOption {
      type = types.submodule { freeformType = types.lazyAttrsOf types.anything; };
      default = { };
      description = "Environment variables of the shell";
    };
    packages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages of the shell";
    };
    inputsFrom = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Derivations whose inputs join those of the shell";
    };
    enterShell = mkOption {
      type = types.lines;
      default = "";
      description = "Bash code that runs when the shell is entered";
    };
    enterTest = mkOption {
      type = types.lines;
      default = "";
      description = "Bash code that tests the environment";
    };
    overlays = mkOption {
      type = types.listOf types.raw;
      default = [ ];
      description = "Overlays of pkgs";
    };
    unsetEnvVars = texts "Variables that the shell does not have";
    hardeningDisable = texts "Hardening flags that are left out";
    stdenv = mkOption {
      type = types.package;
      default = pkgs.stdenv;
      description = "The standard environment";
    };
    shell = mkOption {
      type = types.package;
      default = checked (
        pkgs.mkShell (
          {
            name = if config.name == null then "devenv-shell" else config.name;
            inherit (config) packages inputsFrom;
            shellHook = config.enterShell;
          }
          // config.env
        )
      );
      description = "The derivation of the shell";
    };
    outputs = any { } "Outputs to build";
    assertions = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
      description = "What must hold: [ { assertion, message } ]";
    };
    warnings = texts "Warnings to show";
    infoSections = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
      description = "What is said about the environment";
    };
    lib = any { } "Functions that modules share";
    cachix = {
      enable = flag true "Whether binary caches of Cachix are used";
      pull = texts "Caches to read";
      push = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Cache to write; it is read as well";
      };
    };
    git.root = text cfg.root "Root of the Git repository";
    container.isBuilding = flag false "Whether a container is being built";
    containers = mkOption {
      type = types.lazyAttrsOf freeform;
      default = { };
      description = "Containers";
    };
    devenv = {
      root = mkOption {
        type = types.str;
        description = "Folder of the project";
      };
      dotfile = text "${cfg.root}/.devenv" "Folder of files that are made";
      state = text "${cfg.dotfile}/state" "Folder of files that stay";
      runtime = text "${cfg.tmpdir}/devenv-${
        builtins.substring 0 7 (builtins.hashString "sha256" cfg.dotfile)
      }" "Folder of sockets";
      tmpdir = text temporary "Folder of temporary files";
      profile = text "${cfg.dotfile}/profile" "Folder of the packages' programs";
      isTesting = flag false "Whether the environment is being tested";
      debug = flag false "Whether the shell prints what it does";
      flakesIntegration = flag false "Whether a flake evaluates this";
      cli.version = mkOption {
        type = types.nullOr types.str;
        default = null;
        description = "Version of devenv's own program";
      };
    };
  };

  config = {
    env = {
      DEVENV_PROFILE = mkDefault cfg.profile;
      DEVENV_STATE = mkDefault cfg.state;
      DEVENV_RUNTIME = mkDefault cfg.runtime;
      DEVENV_DOTFILE = mkDefault cfg.dotfile;
      DEVENV_ROOT = mkDefault cfg.root;
    };
  };
}
