let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules { class = "nixos"; modules = [ { _class = "darwin"; _file = "user.nix"; } ]; }).config
