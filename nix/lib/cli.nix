# Command lines from attribute sets.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    isBool
    isList
    stringLength
    ;
  inherit (lib.cli) toCommandLine;
  inherit (lib.strings) escapeShellArgs;
  plain = lib.generators.mkValueStringDefault { };

  toGNU =
    {
      mkOptionName ? (name: if stringLength name == 1 then "-${name}" else "--${name}"),
      mkBool ? (name: value: if value then [ (mkOptionName name) ] else [ ]),
      mkList ? (name: value: concatMap (mkOption name) value),
      mkOption ? (
        name: value:
        if value == null then
          [ ]
        else if optionValueSeparator == null then
          [
            (mkOptionName name)
            (plain value)
          ]
        else
          [ "${mkOptionName name}${optionValueSeparator}${plain value}" ]
      ),
      optionValueSeparator ? null,
    }:
    options:
    concatMap (
      name:
      let
        value = options.${name};
      in
      (if isBool value then mkBool else if isList value then mkList else mkOption) name value
    ) (attrNames options);

  gnuFormat =
    {
      isLong ? (name: stringLength name > 1),
      explicitBool ? false,
      formatArg ? plain,
    }:
    name:
    let
      long = isLong name;
    in
    {
      option = if long then "--${name}" else "-${name}";
      sep = if long then "=" else "";
      inherit explicitBool formatArg;
    };
in
{
  toGNUCommandLine = toGNU;
  toGNUCommandLineShell = format: options: escapeShellArgs (toGNU format options);

  # The format says of each option how it is spelled: { option, sep, explicitBool, formatArg ? … }.
  toCommandLine =
    format: options:
    concatMap (
      name:
      let
        inherit (format name) option sep explicitBool;
        formatArg = (format name).formatArg or plain;
        one =
          value:
          if value == null || (!explicitBool && value == false) then
            [ ]
          else if !explicitBool && value == true then
            [ option ]
          else if isList value then
            concatMap one value
          else if sep == null then
            [
              option
              (formatArg value)
            ]
          else
            [ "${option}${sep}${formatArg value}" ];
      in
      one options.${name}
    ) (attrNames options);
  toCommandLineShell = format: options: escapeShellArgs (toCommandLine format options);
  toCommandLineGNU = format: options: toCommandLine (gnuFormat format) options;
  toCommandLineShellGNU = format: options: escapeShellArgs (toCommandLine (gnuFormat format) options);
}
