with import ../../../nix/lib;
(evalModules { class = "nixos"; modules = [ { _class = "darwin"; _file = "user.nix"; } ]; }).config
