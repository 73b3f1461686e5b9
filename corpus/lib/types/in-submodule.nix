# Modules within options: names, defaults from the configuration, functions as definitions.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  module = { name, config, ... }: {
    options.name = mkOption { type = types.str; default = name; };
    options.uid = mkOption { type = types.nullOr types.int; default = null; };
    options.groups = mkOption { type = types.listOf types.str; default = [ ]; };
    config.groups = mkIf (config.uid != null) [ "known" ];
  };
  eval = type: definitions: (evalModules { modules = [ { options.users = mkOption { inherit type; default = { }; }; } ] ++ map (users: { inherit users; }) definitions; }).config.users;
in
with types;
{
  set = eval (attrsOf (submodule module)) [ { alice.uid = 1; bob = { }; } { alice.groups = [ "wheel" ]; carol = mkIf false { }; } { bob.name = mkForce "robert"; } ];
  list = eval (listOf (submodule { options.n = mkOption { type = int; }; })) [ [ { n = 1; } { n = mkForce 2; } ] ];
  function = eval (submodule module) [ ({ name, ... }: { uid = 3; name = "from-${name}"; }) ];
  special = eval (submoduleWith { modules = [ ({ extra, ... }: { options.x = mkOption { default = extra; }; }) ]; specialArgs.extra = 9; }) [ ];
  config = eval (submoduleWith { modules = [ { options.x = mkOption { }; } ]; }) [ { config.x = 3; } ];
  open = eval (submodule { freeformType = attrsOf str; options.x = mkOption { default = 1; }; }) [ { y = "z"; } ];
  joined = (evalModules { modules = [ { options.a = mkOption { type = submodule { options.x = mkOption { default = 1; }; }; default = { }; }; } { options.a = mkOption { type = submodule { options.y = mkOption { default = 2; }; }; }; } { options.a.z = mkOption { default = 3; }; } ]; }).config;
}
