# The version of nix-model-repo whose interface these files provide, and comparisons with it.
{ lib }:
let
  version = "0.1.0";
  numbers = text: map lib.toInt (lib.splitString "." text);
  parts = numbers version;
  # -1, 0 or 1 for two versions of three numbers.
  order = left: right: if left == right then 0 else if builtins.lessThan left right then -1 else 1;
in
{
  inherit version;
  major = builtins.elemAt parts 0;
  minor = builtins.elemAt parts 1;
  patch = builtins.elemAt parts 2;
  versionTag = "v${version}";

  # How this version compares with another one: -1 (older), 0, 1 (newer).
  compare = other: order parts (numbers other);

  # Whether this version meets `">=1.2.3"` or `"==1.2.3"`.
  satisfies =
    constraint:
    let
      operator = builtins.substring 0 2 constraint;
      wanted = numbers (builtins.substring 2 (-1) constraint);
    in
    if operator == ">=" then
      order parts wanted >= 0
    else if operator == "==" then
      parts == wanted
    else
      throw "Unsupported version constraint operator: ${operator}";

  meta = {
    inherit version;
    homepage = "https://github.com/parthspatel/nix-model-repo";
    changelog = "https://github.com/parthspatel/nix-model-repo/blob/main/CHANGELOG.md";
  };
}
