# Assertions with a message.
{ lib }:
let
  inherit (builtins) all concatStringsSep elem;
  inherit (lib.asserts) assertMsg;
  show = lib.generators.toPretty { };
in
{
  # To be used as `assert assertMsg condition message; value`.
  assertMsg = condition: message: condition || throw message;

  assertOneOf =
    name: value: allowed: assertMsg (elem value allowed) "${name} must be one of ${show allowed}, but is: ${show value}";

  assertEachOneOf =
    name: values: allowed:
    assertMsg (all (value: elem value allowed) values) "each element in ${name} must be one of ${show allowed}, but is: ${show values}";

  # `assertions` and `warnings` as modules collect them, applied to a value.
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = map (entry: entry.message) (builtins.filter (entry: !entry.assertion) assertions);
    in
    if failed != [ ] then
      throw "\nFailed assertions:\n${concatStringsSep "\n" (map (message: "- ${message}") failed)}"
    else
      lib.trivial.showWarnings warnings value;
}
