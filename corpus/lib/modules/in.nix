# Declarations, definitions, defaults, conditions and priorities.
let
  lib = import ../../../nix/lib;
in
with lib;
(evalModules {
  modules = [
    {
      options.enable = mkEnableOption "it";
      options.level = mkOption { type = types.int; default = 1; };
      options.names = mkOption { type = types.listOf types.str; default = [ ]; };
      options.text = mkOption { type = types.lines; default = ""; };
      options.doubled = mkOption { type = types.int; default = 3; apply = x: x * 2; };
    }
    {
      enable = true;
      level = mkDefault 2;
      names = [ "b" ];
      text = "first";
    }
    ({ config, ... }: {
      level = mkIf config.enable (mkForce 7);
      names = mkMerge [ (mkBefore [ "a" ]) (mkAfter [ "z" ]) (mkIf false [ "never" ]) ];
      text = mkIf (config.level == 7) "second";
    })
    (mkIf false { names = [ "not" ]; })
  ];
}).config
