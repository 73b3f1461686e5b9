# Options know what was said about them and where.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  options = (evalModules {
    modules = [
      { _file = "declare.nix"; options.a.b = mkOption { type = types.listOf types.int; default = [ ]; description = "Numbers."; example = [ 1 ]; }; options.unset = mkOption { }; }
      { _file = "one.nix"; a.b = [ 1 ]; }
      { _file = "two.nix"; a.b = mkDefault [ 2 ]; }
      { _file = "three.nix"; a.b = mkBefore [ 3 ]; }
    ];
  }).options;
  option = options.a.b;
in
{
  inherit (option) loc declarations description example files definitions highestPrio isDefined value default;
  text = "${option}";
  type = option.type.description;
  unset = options.unset.isDefined;
  docs = map (entry: removeAttrs entry [ "declarations" ]) (filter (entry: !entry.internal && hasPrefix "a" entry.name) (optionAttrSetToDocList options));
}
