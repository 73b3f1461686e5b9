# The module system of the bundled lib: 300 modules of submodules with priorities and types.
let
  lib = import ../../nix/lib;
  inherit (lib) mkOption types;
  service = { name, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = false; };
      port = mkOption { type = types.int; default = 80; };
      settings = mkOption { type = types.attrsOf types.str; default = { }; };
      title = mkOption { type = types.str; default = "service ${name}"; };
    };
  };
  module = n: { config, lib, ... }: {
    options.values."option${toString n}" = mkOption { type = types.listOf types.str; default = [ ]; };
    config.services = builtins.listToAttrs (map (k: {
      name = "service-${toString (n * 10 + k)}";
      value = { enable = lib.mkIf (k > 3) true; port = lib.mkDefault (8000 + k); settings.key = "value ${toString k}"; };
    }) (lib.range 0 9));
    config.values."option${toString n}" = lib.mkMerge [ [ "first" ] (lib.mkAfter [ "last" ]) (lib.mkBefore [ "before" ]) ];
  };
  evaluated = lib.evalModules {
    modules = [ { options.services = mkOption { type = types.attrsOf (types.submodule service); default = { }; }; } ]
      ++ map module (lib.range 0 299);
  };
in
builtins.stringLength (builtins.toJSON { inherit (evaluated.config) services values; })
