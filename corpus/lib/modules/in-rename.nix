# Options that moved.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  result = evalModules {
    modules = [
      (mkRenamedOptionModule [ "old" "name" ] [ "new" "name" ])
      (mkAliasOptionModule [ "short" ] [ "new" "level" ])
      (mkRemovedOptionModule [ "gone" ] "Use new.name.")
      (mkChangedOptionModule [ "flag" ] [ "number" ] (config: if config.flag then 1 else 0))
      {
        options.new.name = mkOption { type = types.str; };
        options.new.level = mkOption { type = types.int; default = 0; };
        options.number = mkOption { type = types.int; };
        options.warnings = mkOption { type = types.listOf types.str; default = [ ]; };
        options.assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; };
      }
      { _file = "user.nix"; old.name = "value"; short = mkForce 4; gone = 1; flag = true; }
      { new.level = 2; }
    ];
  };
in
{ inherit (result.config) new number warnings assertions; }
