let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { modules = [ { _file = "declare.nix"; options = genAttrs [ "foobar" "foobaz" "foobat" "fooqux" ] (_: mkOption { }); } { _file = "user.nix"; fooba = 1; } ]; }).config
