# Declarations of options, the ways to merge their definitions, and how both are shown.
{ lib }:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isString
    length
    tail
    ;
  inherit (lib.attrsets) attrByPath isDerivation optionalAttrs;
  inherit (lib.generators) toPretty;
  inherit (lib.lists) all any last toList;
  inherit (lib.options)
    getFiles
    getValues
    isOption
    literalExpression
    mergeUniqueOption
    mkOption
    showDefs
    showFiles
    showOption
    ;
  inherit (lib.strings) concatMapStrings concatMapStringsSep escapeNixIdentifier;
  inherit (lib) types;

  priorityHint = "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";
in
{
  isOption = value: value._type or null == "option";

  # default, defaultText, example, description, relatedPackages, type, apply, internal, visible, readOnly.
  mkOption = declaration: declaration // { _type = "option"; };

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = types.bool;
    };

  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      shownName = if isList name then last name else name;
      defaultPath = toList default;
      defaultText = "${pkgsText}.${showOption defaultPath}";
      exampleText = if isList example then "${pkgsText}.${showOption example}" else example;
    in
    mkOption (
      {
        description = "The ${shownName} package to use." + (if extraDescription == "" then "" else " ${extraDescription}");
        type = if nullable then types.nullOr types.package else types.package;
      }
      // optionalAttrs (default == null && nullable) { inherit default; }
      // optionalAttrs (default != null) {
        default = attrByPath defaultPath (throw "${concatStringsSep "." defaultPath} cannot be found in ${pkgsText}") pkgs;
        defaultText = literalExpression defaultText;
      }
      // optionalAttrs (example != null) {
        example = literalExpression exampleText;
      }
    );

  # Takes what no other option takes, so that it is not an error.
  mkSinkUndeclaredOptions =
    declaration:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Sink for option definitions.";
        type = types.mkOptionType {
          name = "sink";
          merge = _: _: false;
        };
        apply = _: throw "Option value is not readable because the option is not declared.";
      }
      // declaration
    );

  # Merge functions: location, definitions → value.
  mergeDefaultOption =
    loc: definitions:
    let
      values = getValues definitions;
    in
    if length values == 1 then
      head values
    else if all isFunction values then
      argument: lib.options.mergeDefaultOption loc (map (definition: definition // { value = definition.value argument; }) definitions)
    else if all isList values then
      builtins.concatLists values
    else if all isAttrs values then
      foldl' (result: value: result // value) { } values
    else if all isBool values then
      any (value: value) values
    else if all isString values then
      concatStringsSep "" values
    else if all isInt values && all (value: value == head values) values then
      head values
    else
      throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs definitions}";

  mergeOneOption = mergeUniqueOption { message = ""; };

  mergeUniqueOption =
    {
      message,
      merge ? null,
    }:
    loc: definitions:
    if length definitions == 1 then
      (if merge == null then (head definitions).value else merge loc definitions)
    else
      assert length definitions > 1;
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${showDefs definitions}\n${priorityHint}";

  mergeEqualOption =
    loc: definitions:
    if definitions == [ ] then
      abort "This case should never happen."
    else if length definitions == 1 then
      (head definitions).value
    else
      (foldl' (
        first: definition:
        if definition.value != first.value then
          throw "The option `${showOption loc}' has conflicting definition values:${
            showDefs [
              first
              definition
            ]
          }\n${priorityHint}"
        else
          first
      ) (head definitions) (tail definitions)).value;

  getValues = map (definition: definition.value);
  getFiles = map (definition: definition.file);

  # Documentation.
  literalExpression =
    text:
    if isString text then
      {
        _type = "literalExpression";
        inherit text;
      }
    else
      throw "literalExpression expects a string.";
  literalCode = _language: literalExpression;
  literalMD =
    text:
    if isString text then
      {
        _type = "literalMD";
        inherit text;
      }
    else
      throw "literalMD expects a string.";

  renderOptionValue = value: if value ? _type && value ? text then value else literalExpression (toPretty { multiline = true; allowPrettyValues = true; } value);

  scrubOptionValue =
    value:
    if isDerivation value then
      value // { drvPath = value.name; outPath = value.name; }
    else if isList value then
      map lib.options.scrubOptionValue value
    else if isAttrs value then
      builtins.mapAttrs (_: lib.options.scrubOptionValue) (removeAttrs value [ "_args" ])
    else
      value;

  optionAttrSetToDocList = lib.options.optionAttrSetToDocList' [ ];
  optionAttrSetToDocList' =
    prefix: options:
    concatMap (
      option:
      let
        name = showOption option.loc;
        visible = option.visible or true;
        # A type with a value of its own where there is no definition; for submodules their options tell.
        isEmpty = (option.type.emptyValue or { }) ? value && option.type.getSubModules or null == null;
        entry =
          {
            inherit (option) loc;
            inherit name;
            description = option.description or null;
            declarations = filter (file: file != lib.options.unknownModule) option.declarations;
            internal = option.internal or false;
            visible = if isBool visible then visible else visible == "shallow";
            readOnly = option.readOnly or false;
            type = option.type.description or "unspecified";
          }
          // optionalAttrs (option ? example) {
            example = builtins.addErrorContext "while evaluating the example of option `${name}`" (lib.options.renderOptionValue option.example);
          }
          // optionalAttrs (option ? defaultText || option ? default || isEmpty) {
            default = builtins.addErrorContext "while evaluating the ${
              if option ? defaultText then "defaultText" else "default value"
            } of option `${name}`" (lib.options.renderOptionValue (option.defaultText or option.default or option.type.emptyValue.value));
          }
          // optionalAttrs (option ? relatedPackages && option.relatedPackages != null) {
            inherit (option) relatedPackages;
          };
        nested = option.type.getSubOptions option.loc;
        showNested = if isBool visible then visible else visible == "transparent";
      in
      # A type that documents nothing inside has an empty set here.
      [ entry ] ++ (if showNested && nested != { } then lib.options.optionAttrSetToDocList' option.loc nested else [ ])
    ) (lib.attrsets.collect isOption options);

  # Locations and definitions as text.
  showOption =
    parts:
    let
      placeholder = part: elem part [ "<name>" "*" "<function body>" ] || (isString part && builtins.match "<.*>" part != null);
    in
    concatMapStringsSep "." (part: if placeholder part then part else escapeNixIdentifier part) parts;

  showFiles = concatMapStringsSep " and " (file: "`${file}'");

  showDefs = concatMapStrings (
    definition:
    let
      shown = toPretty { } (
        lib.generators.withRecursion {
          depthLimit = 10;
          throwOnDepthLimit = false;
        } definition.value
      );
      lines = filter isString (builtins.split "\n" shown);
      shownLines = lib.lists.take 5 lines ++ (if length lines > 5 then [ "..." ] else [ ]);
      attempt = builtins.tryEval (builtins.seq shown shownLines);
      text =
        if !attempt.success then
          ""
        else if length lines > 1 then
          ":\n    " + concatStringsSep "\n    " attempt.value
        else
          ": " + shown;
    in
    "\n- In `${definition.file}'${text}"
  );

  showOptionWithDefLocs = option: ''
    ${showOption option.loc}, with values defined in:
    ${concatMapStringsSep "\n" (file: "  - ${file}") option.files}
  '';

  unknownModule = "<unknown-file>";
}
