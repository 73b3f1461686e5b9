let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "declare.nix"; options.users = mkOption { type = types.attrsOf (types.submodule { options.uid = mkOption { }; options.name = mkOption { }; }); }; } { _file = "user.nix"; users.alice.nmae = "x"; } ]; }).config
