# Configuration files written from Nix values: `formats.<name> { }` answers { type, generate = name: value: file; }.
{ lib, pkgs, ... }:
let
  inherit (builtins)
    concatStringsSep
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    toJSON
    ;
  anything = lib.types.anything;
  scalar =
    value:
    if value == null then
      "null"
    else if isBool value then
      (if value then "true" else "false")
    else if isString value then
      value
    else if isInt value || isFloat value then
      toJSON value
    else
      toString value;

  written = type: render: { inherit type; generate = name: value: pkgs.writeText name (render value); };

  # JSON with an indentation of two, as the nixpkgs generator leaves it.
  indented =
    margin: value:
    let
      inner = margin + "  ";
      block =
        open: close: lines:
        if lines == [ ] then
          open + close
        else
          "${open}\n${concatStringsSep ",\n" (map (line: inner + line) lines)}\n${margin}${close}";
    in
    if isList value then
      block "[" "]" (map (indented inner) value)
    else if isAttrs value && !(value ? outPath) && !(value ? __toString) then
      block "{" "}" (lib.mapAttrsToList (name: item: "${toJSON name}: ${indented inner item}") value)
    else
      toJSON value;
  json = value: indented "" value + "\n";

  # TOML: tables after plain values, lists of sets as arrays of tables.
  tomlKey = name: if builtins.match "[A-Za-z0-9_-]+" name != null then name else toJSON name;
  isTable = value: isAttrs value && !(value ? outPath) && !(value ? __toString);
  isTableArray = value: isList value && value != [ ] && builtins.all isTable value;
  tomlValue =
    value:
    if isList value then
      "[${concatStringsSep ", " (map tomlValue value)}]"
    else if isTable value then
      "{ ${
        concatStringsSep ", " (lib.mapAttrsToList (name: item: "${tomlKey name} = ${tomlValue item}") value)
      } }"
    else if value == null then
      throw "TOML has no null"
    else
      toJSON value;
  tomlTable =
    path: value:
    let
      names = builtins.filter (name: value.${name} != null) (builtins.attrNames value);
      plain = builtins.filter (name: !(isTable value.${name} || isTableArray value.${name})) names;
      tables = builtins.filter (name: isTable value.${name}) names;
      arrays = builtins.filter (name: isTableArray value.${name}) names;
      header = open: close: full: "\n${open}${concatStringsSep "." (map tomlKey full)}${close}\n";
    in
    lib.concatMapStrings (name: "${tomlKey name} = ${tomlValue value.${name}}\n") plain
    + lib.concatMapStrings (
      name: header "[" "]" (path ++ [ name ]) + tomlTable (path ++ [ name ]) value.${name}
    ) tables
    + lib.concatMapStrings (
      name:
      lib.concatMapStrings (
        item: header "[[" "]]" (path ++ [ name ]) + tomlTable (path ++ [ name ]) item
      ) value.${name}
    ) arrays;

  keyValues = lib.mapAttrsToList (name: value: "${name}=${scalar value}\n");
in
{
  json = _: written anything json;
  # JSON is YAML.
  yaml = _: written anything json;
  yaml_1_1 = _: written anything json;
  yaml_1_2 = _: written anything json;
  toml = _: written anything (tomlTable [ ]);
  keyValue = _: written (lib.types.attrsOf anything) (value: lib.concatStrings (keyValues value));
  ini =
    _:
    written (lib.types.attrsOf (lib.types.attrsOf anything)) (
      sections:
      concatStringsSep "\n" (
        lib.mapAttrsToList (name: values: "[${name}]\n${lib.concatStrings (keyValues values)}") sections
      )
    );
}
