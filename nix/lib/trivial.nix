# Functions of no particular type: composition, comparison, numbers, warnings, files.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elem
    filter
    foldl'
    isAttrs
    ;
  inherit (lib.trivial) isFunction functionArgs setFunctionArgs;

  hexDigits = [ "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "A" "B" "C" "D" "E" "F" ];

  release = "26.11";
  versionSuffix = "pre-nixlite";
in
{
  inherit (builtins)
    add
    bitAnd
    bitOr
    bitXor
    ceil
    deepSeq
    floor
    genericClosure
    isBool
    isFloat
    isInt
    lessThan
    pathExists
    readFile
    seq
    sub
    warn
    ;

  # Composition.
  id = value: value;
  const = value: _: value;
  flip = function: a: b: function b a;
  pipe = foldl' (value: step: step value);
  concat = left: right: left ++ right;
  mergeAttrs = left: right: left // right;
  mapNullable = function: value: if value == null then null else function value;
  defaultTo = fallback: value: if value == null then fallback else value;

  # Logic.
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: a != b;
  bitNot = builtins.sub (-1);
  boolToString = value: if value then "true" else "false";
  boolToYesNo = value: if value then "yes" else "no";

  # Numbers.
  mul = a: b: a * b;
  div = a: b: a / b;
  mod = number: divisor: number - divisor * (number / divisor);
  min = a: b: if b < a then b else a;
  max = a: b: if a < b then b else a;

  # -1, 0 or 1 as `a` sorts before, with or after `b`.
  compare = a: b: if a < b then -1 else if b < a then 1 else 0;

  # Those for whom `select` holds sort first, by `whenTrue`; the others by `whenFalse`.
  splitByAndCompare =
    select: whenTrue: whenFalse: a: b:
    let
      first = select a;
      second = select b;
    in
    if first && second then
      whenTrue a b
    else if first then
      -1
    else if second then
      1
    else
      whenFalse a b;

  # Digits of a natural number, most significant first.
  toBaseDigits =
    base: number:
    let
      digits = rest: value: if value < base then [ value ] ++ rest else digits ([ (lib.trivial.mod value base) ] ++ rest) (value / base);
    in
    assert builtins.isInt base;
    assert builtins.isInt number;
    assert base >= 2;
    assert number >= 0;
    digits [ ] number;

  toHexString = number: concatStringsSep "" (map (builtins.elemAt hexDigits) (lib.trivial.toBaseDigits 16 number));

  # An integer from hexadecimal digits, with or without `0x`.
  fromHexString =
    text:
    let
      parts = builtins.match "(0x)?([0-7]?[0-9A-Fa-f]{1,15})" text;
    in
    if parts == null then
      throw "${builtins.toJSON text} is not a valid hexadecimal number in the range [0, 9223372036854775807]."
    else
      (builtins.fromTOML "v = 0x${builtins.elemAt parts 1}").v;

  # Functions, plain ones and sets with `__functor`.
  isFunction = value: builtins.isFunction value || (isAttrs value && value ? __functor && isFunction (value.__functor value));
  functionArgs = function: if isAttrs function && function ? __functor then function.__functionArgs or (functionArgs (function.__functor function)) else builtins.functionArgs function;
  setFunctionArgs = function: arguments: {
    __functor = _: function;
    __functionArgs = arguments;
  };
  toFunction = value: if isFunction value then value else _: value;
  mirrorFunctionArgs =
    model:
    let
      arguments = functionArgs model;
    in
    function: setFunctionArgs function arguments;

  # Warnings and errors as conditions.
  warnIf = condition: message: if condition then builtins.warn message else value: value;
  warnIfNot = condition: message: if condition then value: value else builtins.warn message;
  throwIf = condition: message: if condition then throw message else value: value;
  throwIfNot = condition: message: if condition then value: value else throw message;
  showWarnings = warnings: result: lib.lists.foldr (message: rest: builtins.warn message rest) result warnings;
  info = message: builtins.trace "INFO: ${message}";

  checkListOfEnum =
    message: valid: given:
    let
      unexpected = filter (item: !elem item valid) given;
      show = items: concatStringsSep ", " (map toString items);
    in
    if unexpected == [ ] then value: value else throw "${message}: ${show unexpected} unexpected; valid ones: ${show valid}";

  # Files.
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: fromTOML (builtins.readFile path);

  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);

  # The release of nixpkgs whose library this one follows.
  inherit release versionSuffix;
  version = release + versionSuffix;
  nixpkgsVersion = lib.trivial.version;
  codeName = "Yarara";
  oldestSupportedRelease = 2605;
  oldestSupportedReleaseIsAtLeast = wanted: wanted <= lib.trivial.oldestSupportedRelease;
  isInOldestRelease = lib.trivial.oldestSupportedReleaseIsAtLeast;
  revisionWithDefault = default: default;
}
