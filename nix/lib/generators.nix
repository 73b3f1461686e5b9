# Values written in the formats of configuration files.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    mapAttrs
    match
    replaceStrings
    toJSON
    typeOf
    ;
  inherit (lib.attrsets) isDerivation mapAttrsToList;
  inherit (lib.generators) mkKeyValueDefault mkValueStringDefault toKeyValue toPretty;
  inherit (lib.strings) concatMapStringsSep escape escapeXML;
  inherit (lib.trivial) isFunction;
in
{
  # One value on one line; other formats refine it.
  mkValueStringDefault =
    _options: value:
    let
      reject = what: abort "generators.mkValueStringDefault: ${what} not supported: ${toPretty { } value}";
    in
    if isInt value then
      toString value
    else if isDerivation value then
      toString value
    else if isString value then
      value
    else if value == true then
      "true"
    else if value == false then
      "false"
    else if value == null then
      "null"
    else if isList value then
      reject "lists"
    else if isAttrs value then
      reject "attrsets"
    else if isFunction value then
      reject "functions"
    else if isFloat value then
      lib.strings.floatToString value
    else
      reject "this value is";

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    separator: key: value:
    "${escape [ separator ] key}${separator}${mkValueString value}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    let
      line = key: value: indent + mkKeyValue key value + "\n";
      lines = if listsAsDuplicateKeys then (key: value: map (line key) (if isList value then value else [ value ])) else (key: value: [ (line key value) ]);
    in
    set: concatStringsSep "" (concatMap (key: lines key set.${key}) (attrNames set));

  toINI =
    {
      mkSectionName ? (name: escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    concatStringsSep "\n" (
      mapAttrsToList (name: section: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } section) sections
    );

  toINIWithGlobalSection =
    {
      mkSectionName ? (name: escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }@options:
    {
      globalSection,
      sections ? { },
    }:
    (if globalSection == { } then "" else toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection + "\n")
    + lib.generators.toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;

  # git's configuration; sections with a subsection are nested sets.
  toGitINI =
    set:
    let
      sectionName =
        path: if builtins.length path == 1 then builtins.head path else "${builtins.head path} \"${concatStringsSep "." (builtins.tail path)}\"";
      mkValueString =
        value:
        if isString value then
          ''"${replaceStrings [ "\n" "	" ''"'' "\\" ] [ "\\n" "\\t" ''\"'' "\\\\" ] value}"''
        else
          mkValueStringDefault { } value;
      mkKeyValue =
        key: value:
        let
          pair = mkKeyValueDefault { inherit mkValueString; } " = " key;
        in
        concatStringsSep "\n" (map (item: "\t" + pair item) (lib.lists.toList value));
      # Innermost name first.
      flattened =
        path: value:
        if isAttrs value && !isDerivation value then
          lib.lists.foldl' (sections: name: lib.attrsets.recursiveUpdate sections (flattened ([ name ] ++ path) value.${name})) { } (attrNames value)
        else if builtins.length path > 1 then
          {
            ${sectionName (lib.lists.reverseList (builtins.tail path))}.${builtins.head path} = value;
          }
        else
          { ${builtins.head path} = value; };
    in
    lib.generators.toINI { inherit mkKeyValue; } (flattened [ ] set);

  mkDconfKeyValue = mkKeyValueDefault { mkValueString = value: toString (lib.gvariant.mkValue value); } "=";
  toDconfINI = lib.generators.toINI { mkKeyValue = lib.generators.mkDconfKeyValue; };

  # Stops after `depthLimit` levels, with an error or with a mark in place of the value.
  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    assert isInt depthLimit;
    let
      untouched = [
        "__functor"
        "__functionArgs"
        "__toString"
        "__pretty"
      ];
      limit =
        depth: value:
        if depth <= depthLimit then
          value
        else if throwOnDepthLimit then
          throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
        else
          "<unevaluated>";
      walk =
        depth: value:
        if isAttrs value then
          mapAttrs (name: item: if elem name untouched then item else enter (depth + 1) item) value
        else if isList value then
          map (enter (depth + 1)) value
        else
          limit (depth + 1) value;
      enter = depth: value: if depth > depthLimit then limit depth value else walk depth value;
    in
    walk 0;

  # Readable, for messages; not meant to be read back by Nix.
  toPretty =
    {
      multiline ? true,
      allowPrettyValues ? false,
      indent ? "",
    }:
    let
      show =
        indent: value:
        let
          inner = if multiline then "\n${indent}  " else " ";
          outer = if multiline then "\n${indent}" else " ";
          kind = typeOf value;
        in
        if kind == "int" then
          toString value
        else if kind == "float" then
          toJSON value
        else if kind == "string" then
          (
            let
              lines = filter isString (builtins.split "\n" value);
              quoted = "\"" + replaceStrings [ "\\" "\"" "\${" "\n" ] [ "\\\\" "\\\"" "\\\${" "\\n" ] value + "\"";
              bodyLines = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
              lastLine = lib.lists.last bodyLines;
              # A last line without newline is closed where it ends.
              block =
                "''"
                + inner
                + concatStringsSep inner (lib.lists.init bodyLines)
                + (if lastLine == "" then outer else inner + lastLine)
                + "''";
            in
            if multiline && builtins.length lines > 1 then block else quoted
          )
        else if kind == "bool" then
          (if value then "true" else "false")
        else if kind == "null" then
          "null"
        else if kind == "path" then
          toString value
        else if kind == "list" then
          (if value == [ ] then "[ ]" else "[${inner}${concatMapStringsSep inner (show (indent + "  ")) value}${outer}]")
        else if kind == "set" && !(value ? __functor) then
          (
            if allowPrettyValues && value ? __pretty && value ? val then
              value.__pretty value.val
            else if value == { } then
              "{ }"
            else if value.type or null == "derivation" then
              "<derivation ${value.name or "???"}>"
            else
              "{${inner}${
                concatStringsSep inner (
                  mapAttrsToList (
                    name: item:
                    "${lib.strings.escapeNixIdentifier name} = ${
                      builtins.addErrorContext "while evaluating an attribute `${name}`" (show (indent + "  ") item)
                    };"
                  ) value
                )
              }${outer}}"
          )
        else if isFunction value then
          (
            let
              arguments = lib.trivial.functionArgs value;
              shown = concatStringsSep ", " (mapAttrsToList (name: hasDefault: if hasDefault then "${name}?" else name) arguments);
            in
            if arguments == { } then "<function>" else "<function, args: {${shown}}>"
          )
        else
          abort "generators.toPretty: should never happen (v = ${value})";
    in
    show indent;

  toJSON = _: toJSON;
  toYAML = _: toJSON;

  toPlist =
    {
      escape ? false,
    }:
    value:
    let
      text = if escape then escapeXML else (text: text);
      element = indent: name: content: "${indent}<${name}>${content}</${name}>";
      empty = indent: name: "${indent}<${name}/>";
      block =
        indent: name: lines:
        concatStringsSep "\n" (
          [ "${indent}<${name}>" ] ++ (if lines == [ ] then [ "" ] else filter (line: line != "") lines) ++ [ "${indent}</${name}>" ]
        );
      show =
        indent: value:
        let
          deeper = "\t" + indent;
          kind = typeOf value;
        in
        if value == null then
          ""
        else if kind == "bool" then
          empty indent (if value then "true" else "false")
        else if kind == "int" then
          element indent "integer" (toString value)
        else if kind == "string" then
          element indent "string" (text value)
        else if kind == "path" then
          element indent "string" (text (toString value))
        else if kind == "float" then
          element indent "real" (toString value)
        else if kind == "list" then
          block indent "array" (map (show deeper) value)
        else if kind == "set" then
          block indent "dict" (
            concatMap (name: [
              (element deeper "key" (text name))
              (show deeper value.${name})
            ]) (filter (name: value.${name} != null) (attrNames value))
          )
        else
          abort "generators.toPlist: should never happen (v = ${value})";
    in
    ''
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      ${show "" value}
      </plist>'';

  toDhall =
    options: value:
    let
      concatItems = concatStringsSep ", ";
    in
    if isAttrs value then
      "{ ${concatItems (mapAttrsToList (key: item: "${key} = ${lib.generators.toDhall options item}") value)} }"
    else if isList value then
      "[ ${concatItems (map (lib.generators.toDhall options) value)} ]"
    else if isInt value then
      "${if value < 0 then "" else "+"}${toString value}"
    else if isBool value then
      (if value then "True" else "False")
    else if isFunction value then
      abort "generators.toDhall: cannot convert a function to Dhall"
    else if value == null then
      abort "generators.toDhall: cannot convert a null to Dhall"
    else
      toJSON value;

  mkLuaInline = expr: {
    _type = "lua-inline";
    inherit expr;
  };

  toLua =
    {
      multiline ? true,
      indent ? "",
      asBindings ? false,
    }@options:
    value:
    let
      deeper = "${indent}  ";
      start = if multiline then "\n${deeper}" else " ";
      end = if multiline then "\n${indent}" else " ";
      inside = options // {
        indent = deeper;
        asBindings = false;
      };
      join = concatStringsSep ",${start}";
      isName = name: match "[[:alpha:]_][[:alnum:]_]*(\\.[[:alpha:]_][[:alnum:]_]*)*" name != null;
      badNames = filter (name: !isName name) (attrNames value);
      bindings =
        if badNames != [ ] then
          throw "Bad Lua var names: ${toPretty { } badNames}"
        else
          concatStringsSep "" (
            mapAttrsToList (name: item: "${indent}${name} = ${lib.generators.toLua (options // { asBindings = false; }) item}\n") value
          );
    in
    if asBindings then
      bindings
    else if value == null then
      "nil"
    else if isInt value || isFloat value || isString value || isBool value then
      toJSON value
    else if isPath value || isDerivation value then
      toJSON "${value}"
    else if isList value then
      (if value == [ ] then "{}" else "{${start}${join (map (lib.generators.toLua inside) value)}${end}}")
    else if isAttrs value then
      (
        if value._type or null == "lua-inline" then
          "(${value.expr})"
        else if value == { } then
          "{}"
        else
          "{${start}${join (mapAttrsToList (name: item: "[${toJSON name}] = ${lib.generators.toLua inside item}") value)}${end}}"
      )
    else
      abort "generators.toLua: type ${typeOf value} is unsupported";
}
