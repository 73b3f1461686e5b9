# Values shown while they are evaluated, and tests of expressions.
{ lib }:
let
  inherit (builtins)
    attrNames
    deepSeq
    filter
    isAttrs
    isList
    mapAttrs
    trace
    ;
  inherit (lib.debug)
    traceSeqN
    traceVal
    traceValFn
    traceValSeqFn
    traceValSeqNFn
    ;
  inherit (lib.trivial) id;
  show = lib.generators.toPretty { allowPrettyValues = true; };

  # A value cut off below `depth`, with a mark where something was left out.
  snip =
    depth: value:
    if isList value then
      (if depth == 0 then (if value == [ ] then [ ] else mark "[…]" value) else map (snip (depth - 1)) value)
    else if isAttrs value then
      (if depth == 0 then (if value == { } then { } else mark "{…}" value) else mapAttrs (_: snip (depth - 1)) value)
    else
      value;
  mark = text: val: {
    __pretty = _: text;
    inherit val;
  };
in
{
  inherit (builtins) addErrorContext trace unsafeGetAttrPos;

  traceIf = condition: message: value: if condition then trace message value else value;
  traceVal = traceValFn id;
  traceValFn = function: value: trace (function value) value;
  traceSeq = message: value: trace (deepSeq message message) value;
  traceSeqN = depth: message: value: trace (show (snip depth message)) value;
  traceValSeq = traceValSeqFn id;
  traceValSeqFn = function: value: traceValFn function (deepSeq value value);
  traceValSeqN = traceValSeqNFn id;
  traceValSeqNFn = function: depth: value: traceSeqN depth (function value) value;
  traceFnSeqN =
    depth: name: function: value:
    let
      result = function value;
    in
    traceSeqN (depth + 1) {
      fn = name;
      from = value;
      to = result;
    } result;

  # Tests are { expr, expected } named `test…`; the result lists those that fail.
  runTests =
    tests:
    let
      selected = tests.tests or [ ];
      names = filter (name: if selected == [ ] then lib.strings.hasPrefix "test" name else builtins.elem name selected) (attrNames tests);
      failed = filter (name: tests.${name}.expr != tests.${name}.expected) (filter (name: name != "tests") names);
    in
    map (name: {
      inherit name;
      inherit (tests.${name}) expected;
      result = tests.${name}.expr;
    }) failed;

  throwTestFailures =
    {
      failures,
      description ? "tests",
      ...
    }:
    if failures == [ ] then
      null
    else
      throw (
        "${toString (builtins.length failures)} ${description} failed:\n"
        + lib.strings.concatMapStringsSep "\n" (failure: "- ${failure.name}: expected ${show failure.expected}, got ${show failure.result}") failures
      );

  testAllTrue = expr: {
    inherit expr;
    expected = map (_: true) expr;
  };
}
