# Variables from `.env` files: lines of `NAME=value`, quotes taken off.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.dotenv;
  files = if builtins.isList cfg.filename then cfg.filename else [ cfg.filename ];

  value =
    text:
    let
      quoted = builtins.match "\"(.*)\"|'(.*)'" text;
      given = builtins.filter (part: part != null) quoted;
    in
    if quoted == null then builtins.head (builtins.match "([^#]*[^# \t])?[ \t]*(#.*)?" text ++ [ text ]) else builtins.head (given ++ [ "" ]);

  variable =
    line:
    let
      parts = builtins.match "[ \t]*(export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)" line;
    in
    lib.optional (parts != null) {
      name = builtins.elemAt parts 1;
      value =
        let
          text = value (builtins.elemAt parts 2);
        in
        if text == null then "" else text;
    };

  read =
    name:
    let
      path = config.devenv.root + "/${name}";
    in
    if builtins.pathExists path then
      builtins.listToAttrs (builtins.concatMap variable (lib.splitString "\n" (builtins.readFile path)))
    else
      { };
in
{
  options.dotenv = {
    enable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether to read variables from files";
    };
    filename = mkOption {
      type = types.either types.str (types.listOf types.str);
      default = ".env";
      description = "Those files; the first one that has a variable wins";
    };
    resolved = mkOption {
      type = types.attrsOf types.str;
      default = if cfg.enable then builtins.foldl' (all: name: read name // all) { } files else { };
      description = "The variables";
    };
    disableHint = mkOption {
      type = types.bool;
      default = false;
      description = "Whether to keep silent about an unused .env file";
    };
  };

  config.env = lib.mkIf cfg.enable (builtins.mapAttrs (_: lib.mkDefault) cfg.resolved);
}
