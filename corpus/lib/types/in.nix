# Values of each kind, merged from several definitions.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  merge = type: values: (evalModules { modules = [ { options.x = mkOption { inherit type; }; } ] ++ reverseList (map (x: { inherit x; }) values); }).config.x;
in
with types;
{
  bool = merge bool [ true true ];
  boolByOr = merge boolByOr [ false true ];
  ints = [ (merge ints.u8 [ 255 ]) (merge port [ 80 ]) (merge ints.positive [ 1 ]) (merge (ints.between 1 3) [ 2 ]) ];
  number = [ (merge number [ 1.5 ]) (merge numbers.nonnegative [ 0 ]) (merge float [ 2.0 ]) ];
  strings = [ (merge str [ "a" "a" ]) (merge lines [ "a" "b" ]) (merge commas [ "a" "b" ]) (merge envVar [ "a" "b" ]) (merge singleLineStr [ "a\n" ]) (merge (strMatching "[a-z]+") [ "abc" ]) (merge nonEmptyStr [ "x" ]) ];
  path = [ (merge path [ "/tmp" ]) (merge (pathWith { absolute = false; }) [ "tmp" ]) ];
  list = [ (merge (listOf int) [ [ 1 ] [ 2 3 ] ]) (merge (nonEmptyListOf (listOf str)) [ [ [ "a" ] ] [ [ ] ] ]) (merge (listOf (attrsOf int)) [ [ { a = 1; } (mkIf false { }) ] ]) ];
  attrs = [ (merge attrs [ { a = 1; } { b = 2; } ]) (merge (attrsOf int) [ { a = 1; b = mkForce 4; } { b = 2; c = mkIf false 3; } ]) (merge (attrsOf (listOf int)) [ { a = [ 1 ]; } { a = [ 2 ]; } ]) ];
  lazy = (merge (lazyAttrsOf int) [ { a = 1; b = throw "not reached"; } ]).a;
  nullOr = [ (merge (nullOr int) [ null ]) (merge (nullOr (listOf int)) [ [ 1 ] [ 2 ] ]) ];
  enum = merge (enum [ "a" 1 ]) [ "a" "a" ];
  either = [ (merge (either int (listOf str)) [ [ "c" ] [ "d" ] ]) (merge (oneOf [ int str bool ]) [ true ]) ];
  coerced = [ (merge (coercedTo int toString str) [ 1 ]) (merge (listOf (coercedTo str (name: { inherit name; }) (attrsOf str))) [ [ "x" { name = "y"; } ] ]) ];
  function = (merge (functionTo (listOf int)) [ (x: [ x ]) (x: [ (x + 1) ]) ]) 1;
  anything = merge anything [ { a = 1; l = [ 1 ]; } { b.c = 2; l = [ 1 ]; } ];
  functions = (merge anything [ (x: { a = x; }) (x: { b = x; }) ]) 1;
  raw = merge raw [ { a = 1; } ];
  tag = merge (attrTag { x = mkOption { type = int; }; y = mkOption { type = str; }; }) [ { y = "v"; } ];
  unique = merge (uniq int) [ 1 ];
  unspecified = merge unspecified [ { a = 1; } { b = 2; } ];
  json = merge json [ { a = [ 1 null { b = true; } ]; } ];
  type = (merge optionType [ (enum [ "a" ]) (enum [ "b" ]) ]).description;
}
