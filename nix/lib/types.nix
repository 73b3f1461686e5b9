# Types of options: what a value must be, how definitions are merged, and what documentation says.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    head
    isAttrs
    isBool
    isFloat
    isFunction
    isInt
    isList
    isString
    length
    mapAttrs
    match
    substring
    tail
    zipAttrsWith
    ;
  inherit (lib.attrsets) filterAttrs isDerivation optionalAttrs;
  inherit (lib.lists) imap1 last;
  inherit (lib.modules) evalModules mergeDefinitions setDefaultModuleLocation;
  inherit (lib.options)
    getFiles
    getValues
    mergeDefaultOption
    mergeEqualOption
    mergeOneOption
    mergeUniqueOption
    mkOption
    showFiles
    showOption
    ;
  inherit (lib.strings) escapeNixString isStringLike;
  inherit (lib) types;
  inherit (types)
    addCheck
    attrsOf
    attrsWith
    coercedTo
    defaultFunctor
    defaultTypeMerge
    deferredModuleWith
    either
    enum
    ints
    lazyAttrsOf
    listOf
    mkOptionType
    nullOr
    optionDescriptionPhrase
    pathWith
    separatedString
    str
    strMatching
    submodule
    submoduleWith
    unique
    ;
  inherit (lib.trivial) setFunctionArgs;

  isCallable = lib.trivial.isFunction;

  noun = class: class == "noun";
  nounOrComposite = class: class == "noun" || class == "composite";
  nounOrConjunction = class: class == "noun" || class == "conjunction";
  anyPhrase = class: class == "noun" || class == "conjunction" || class == "composite";

  # The functor of a type with one element type.
  elementFunctor =
    name: elemType: make:
    defaultFunctor name
    // {
      payload.elemType = elemType;
      type = payload: make payload.elemType;
      binOp =
        left: right:
        let
          merged = left.elemType.typeMerge right.elemType.functor;
        in
        if merged == null then null else { elemType = merged; };
    };
  # The functor of a type that says all by its parameter: both must be equal.
  parameterFunctor =
    name: payload: make:
    defaultFunctor name
    // {
      inherit payload;
      type = make;
      binOp = left: right: if left == right then left else null;
    };

in
{
  inherit (lib) types;

  # ---- Types in general ----

  isType = name: value: value._type or null == name;
  setType =
    name: value:
    value
    // {
      _type = name;
    };
  isOptionType = types.isType "option-type";

  # name, payload (the parameters), type (payload → type) and binOp (two payloads → one, or null).
  defaultFunctor = name: {
    inherit name;
    type = types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = _: _: null;
  };

  # The type of an option that is declared twice, or null where the two do not go together.
  defaultTypeMerge =
    functor: other:
    let
      payload = functor.binOp functor.payload other.payload;
    in
    if functor.name != other.name then
      null
    else if functor.payload == null && other.payload == null then
      (if functor.wrapped or null == null && other.wrapped or null == null then functor.type else null)
    else if functor.payload == null || other.payload == null || payload == null then
      null
    else
      functor.type payload;

  mergeTypes =
    left: right:
    assert types.isOptionType left && types.isOptionType right;
    let
      merged = left.typeMerge right.functor;
    in
    if merged == null then types.setType "merge-error" { error = "Cannot merge types"; } else merged;

  mkOptionType =
    {
      # A short name, for messages of tools.
      name,
      # What a message says a value should be: "a definition is not of type `…'".
      description ? null,
      # noun, conjunction, composite or nonRestrictiveClause: whether it needs parentheses inside another one.
      descriptionClass ? null,
      check ? (_: true),
      merge ? mergeDefaultOption,
      # { value = … } where no definition at all has a meaning.
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      typeMerge ? defaultTypeMerge functor,
      functor ? defaultFunctor name,
      deprecationMessage ? null,
      nestedTypes ? { },
    }:
    {
      _type = "option-type";
      inherit
        name
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        typeMerge
        deprecationMessage
        nestedTypes
        descriptionClass
        functor
        ;
      description = if description == null then name else description;
    };

  optionDescriptionPhrase = standsAlone: type: if standsAlone (type.descriptionClass or null) then type.description else "(${type.description})";

  addCheck = type: check: type // { check = value: type.check value && check value; };

  # ---- Anything ----

  raw = mkOptionType {
    name = "raw";
    description = "raw value";
    descriptionClass = "noun";
    merge = mergeOneOption;
  };

  unspecified = mkOptionType {
    name = "unspecified";
    description = "unspecified value";
    descriptionClass = "noun";
  };

  anything = mkOptionType {
    name = "anything";
    description = "anything";
    descriptionClass = "noun";
    merge =
      loc: definitions:
      let
        kind =
          value:
          if isAttrs value then
            (if isStringLike value then "stringCoercibleSet" else "set")
          else
            builtins.typeOf value;
        common = kind (head definitions).value;
      in
      if !all (definition: kind definition.value == common) definitions then
        throw "The option `${showOption loc}' has conflicting option types in ${showFiles (getFiles definitions)}"
      else if common == "set" then
        (attrsOf types.anything).merge loc definitions
      else if common == "stringCoercibleSet" then
        mergeOneOption loc definitions
      else if common == "lambda" then
        argument:
        types.anything.merge (loc ++ [ "<function body>" ]) (
          map (definition: {
            inherit (definition) file;
            value = definition.value argument;
          }) definitions
        )
      else
        mergeEqualOption loc definitions;
  };

  # ---- Scalars ----

  bool = mkOptionType {
    name = "bool";
    description = "boolean";
    descriptionClass = "noun";
    check = isBool;
    merge = mergeEqualOption;
  };
  boolByOr = mkOptionType {
    name = "boolByOr";
    description = "boolean (merged using or)";
    descriptionClass = "noun";
    check = isBool;
    merge = _: definitions: foldl' (result: definition: definition.value || result) false definitions;
  };
  int = mkOptionType {
    name = "int";
    description = "signed integer";
    descriptionClass = "noun";
    check = isInt;
    merge = mergeEqualOption;
  };
  float = mkOptionType {
    name = "float";
    description = "floating point number";
    descriptionClass = "noun";
    check = isFloat;
    merge = mergeEqualOption;
  };
  number = either types.int types.float;

  ints =
    let
      between =
        lowest: highest:
        assert lib.asserts.assertMsg (lowest <= highest) "ints.between: lowest must be smaller than highest";
        addCheck types.int (value: value >= lowest && value <= highest)
        // {
          name = "intBetween";
          description = "integer between ${toString lowest} and ${toString highest} (both inclusive)";
        };
      sized =
        bits: sign: lowest: highest:
        between lowest highest
        // {
          name = "${sign}Int${toString bits}";
          description = "${toString bits} bit ${sign} integer; between ${toString lowest} and ${toString highest} (both inclusive)";
        };
      unsigned = bits: power: sized bits "unsigned" 0 (power - 1);
      signed = bits: half: sized bits "signed" (-half) (half - 1);
    in
    {
      inherit between;
      unsigned = addCheck types.int (value: value >= 0) // {
        name = "unsignedInt";
        description = "unsigned integer, meaning >=0";
        descriptionClass = "nonRestrictiveClause";
      };
      positive = addCheck types.int (value: value > 0) // {
        name = "positiveInt";
        description = "positive integer, meaning >0";
        descriptionClass = "nonRestrictiveClause";
      };
      u8 = unsigned 8 256;
      u16 = unsigned 16 65536;
      u32 = unsigned 32 4294967296;
      s8 = signed 8 128;
      s16 = signed 16 32768;
      s32 = signed 32 2147483648;
    };
  port = ints.u16;

  numbers = {
    between =
      lowest: highest:
      assert lib.asserts.assertMsg (lowest <= highest) "numbers.between: lowest must be smaller than highest";
      addCheck types.number (value: value >= lowest && value <= highest)
      // {
        name = "numberBetween";
        description = "integer or floating point number between ${builtins.toJSON lowest} and ${builtins.toJSON highest} (both inclusive)";
      };
    nonnegative = addCheck types.number (value: value >= 0) // {
      name = "numberNonnegative";
      description = "nonnegative integer or floating point number, meaning >=0";
      descriptionClass = "nonRestrictiveClause";
    };
    positive = addCheck types.number (value: value > 0) // {
      name = "numberPositive";
      description = "positive integer or floating point number, meaning >0";
      descriptionClass = "nonRestrictiveClause";
    };
  };

  # ---- Strings ----

  str = mkOptionType {
    name = "str";
    description = "string";
    descriptionClass = "noun";
    check = isString;
    merge = mergeEqualOption;
  };
  nonEmptyStr = mkOptionType {
    name = "nonEmptyStr";
    description = "non-empty string";
    descriptionClass = "noun";
    check = value: isString value && match "[ \t\n]*" value == null;
    inherit (str) merge;
  };
  singleLineStr =
    let
      oneLine = strMatching "[^\n\r]*\n?";
    in
    mkOptionType {
      name = "singleLineStr";
      description = "(optionally newline-terminated) single-line string";
      descriptionClass = "noun";
      inherit (oneLine) check;
      merge = loc: definitions: lib.strings.removeSuffix "\n" (oneLine.merge loc definitions);
    };
  strMatching =
    pattern:
    mkOptionType {
      name = "strMatching ${escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      descriptionClass = "noun";
      check = value: isString value && match pattern value != null;
      inherit (str) merge;
      functor = parameterFunctor "strMatching" { inherit pattern; } (payload: strMatching payload.pattern);
    };
  separatedString =
    sep:
    mkOptionType {
      name = "separatedString";
      description = "strings concatenated with ${builtins.toJSON sep}";
      descriptionClass = "noun";
      check = isString;
      merge = _: definitions: concatStringsSep sep (getValues definitions);
      functor = parameterFunctor "separatedString" { inherit sep; } (payload: separatedString payload.sep);
    };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  passwdEntry =
    entryType:
    addCheck entryType (value: !lib.strings.hasInfix ":" value && !lib.strings.hasInfix "\n" value)
    // {
      name = "passwdEntry ${entryType.name}";
      description = "${optionDescriptionPhrase noun entryType}, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };

  # ---- Paths, packages ----

  path = pathWith { absolute = true; };
  externalPath = pathWith {
    absolute = true;
    inStore = false;
  };
  pathInStore = pathWith { inStore = true; };
  pathWith =
    {
      inStore ? null,
      absolute ? null,
    }:
    assert lib.asserts.assertMsg (!(inStore == true && absolute == false)) "In pathWith, inStore means the path must be absolute";
    mkOptionType {
      name = "path";
      description =
        (if absolute == null then "" else if absolute then "absolute " else "relative ")
        + "path"
        + (if inStore == null then "" else if inStore then " in the Nix store" else " not in the Nix store");
      descriptionClass = "noun";
      check =
        value:
        let
          text = toString value;
          isAbsolute = substring 0 1 text == "/";
          inside = match "${lib.strings.escapeRegex builtins.storeDir}/[0-9a-df-np-sv-z]{32}-[0-9A-Za-z+._?=-]+(/.*)?" text != null;
        in
        (if inStore == false then isString value else isStringLike value)
        && (if absolute == null then true else isAbsolute == absolute)
        && (if inStore == null then true else inside == inStore);
      merge = mergeEqualOption;
      functor = parameterFunctor "path" { inherit inStore absolute; } pathWith;
    };

  package = mkOptionType {
    name = "package";
    descriptionClass = "noun";
    check = value: isDerivation value || lib.strings.isStorePath value;
    merge =
      loc: definitions:
      let
        value = mergeOneOption loc definitions;
      in
      if builtins.isPath value || (isString value && !builtins.hasContext value) then lib.attrsets.toDerivation value else value;
  };
  shellPackage = types.package // {
    check = value: isDerivation value && value ? shellPath;
  };
  pkgs = addCheck (
    types.unique { message = "A Nixpkgs pkgs set can not be merged with another pkgs set."; } types.attrs
    // {
      name = "pkgs";
      descriptionClass = "noun";
      description = "Nixpkgs package set";
    }
  ) (value: value._type or null == "pkgs");

  fileset = mkOptionType {
    name = "fileset";
    description = "fileset";
    descriptionClass = "noun";
    check = lib.fileset.isFileset;
    merge = _: definitions: lib.fileset.unions (getValues definitions);
    emptyValue.value = lib.fileset.empty;
  };

  luaInline = mkOptionType {
    name = "luaInline";
    description = "inline lua";
    descriptionClass = "noun";
    check = types.isType "lua-inline";
    merge = mergeOneOption;
  };

  # ---- Lists ----

  listOf =
    elemType:
    mkOptionType {
      name = "listOf";
      description = "list of ${optionDescriptionPhrase nounOrComposite elemType}";
      descriptionClass = "composite";
      check = isList;
      merge =
        loc: definitions:
        concatLists (
          imap1 (
            number: definition:
            concatMap (merged: if merged ? value then [ merged.value ] else [ ]) (
              imap1 (
                index: value:
                (mergeDefinitions (loc ++ [ "[definition ${toString number}-entry ${toString index}]" ]) elemType [
                  {
                    inherit (definition) file;
                    inherit value;
                  }
                ]).optionalValue
              ) definition.value
            )
          ) definitions
        );
      emptyValue.value = [ ];
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      inherit (elemType) getSubModules;
      substSubModules = modules: listOf (elemType.substSubModules modules);
      functor = elementFunctor "listOf" elemType listOf;
      nestedTypes.elemType = elemType;
    };

  nonEmptyListOf =
    elemType:
    let
      list = addCheck (listOf elemType) (value: value != [ ]);
    in
    list
    // {
      description = "non-empty ${optionDescriptionPhrase noun list}";
      emptyValue = { };
      substSubModules = modules: types.nonEmptyListOf (elemType.substSubModules modules);
    };

  # ---- Attribute sets ----

  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = _: definitions: foldl' (result: definition: result // definition.value) { } definitions;
    emptyValue.value = { };
  };

  attrsOf = elemType: attrsWith { inherit elemType; };
  loaOf =
    elemType:
    attrsOf elemType
    // {
      name = "loaOf";
      deprecationMessage = "Mixing lists with attribute values is no longer possible; please use `types.attrsOf` instead.";
    };
  # Each attribute can be read without the others; in return a definition under a false `mkIf` still makes the name.
  lazyAttrsOf =
    elemType:
    attrsWith {
      inherit elemType;
      lazy = true;
    };
  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }:
    let
      perName =
        definitions:
        map (
          definition:
          mapAttrs (_: value: {
            inherit (definition) file;
            inherit value;
          }) definition.value
        ) definitions;
      attribute = loc: name: mergeDefinitions (loc ++ [ name ]) elemType;
    in
    mkOptionType {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = (if lazy then "lazy attribute set" else "attribute set") + " of ${optionDescriptionPhrase nounOrComposite elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        if lazy then
          loc: definitions:
          zipAttrsWith (
            name: found:
            let
              merged = attribute loc name found;
            in
            merged.optionalValue.value or elemType.emptyValue.value or merged.mergedValue
          ) (perName definitions)
        else
          loc: definitions:
          mapAttrs (_: merged: merged.mergedValue) (
            filterAttrs (_: merged: merged.isDefined) (zipAttrsWith (attribute loc) (perName definitions))
          );
      emptyValue.value = { };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      inherit (elemType) getSubModules;
      substSubModules =
        modules:
        attrsWith {
          elemType = elemType.substSubModules modules;
          inherit lazy placeholder;
        };
      functor = defaultFunctor "attrsWith" // {
        payload = { inherit elemType lazy placeholder; };
        type = attrsWith;
        binOp =
          left: right:
          let
            merged = left.elemType.typeMerge right.elemType.functor;
            name =
              if left.placeholder == right.placeholder then
                left.placeholder
              else if left.placeholder == "name" then
                right.placeholder
              else if right.placeholder == "name" then
                left.placeholder
              else
                null;
          in
          if merged == null || name == null || left.lazy != right.lazy then
            null
          else
            {
              elemType = merged;
              inherit (left) lazy;
              placeholder = name;
            };
      };
      nestedTypes.elemType = elemType;
    };

  attrTag =
    tags:
    let
      names = attrNames tags;
      # Options, so that a tag can have a description of its own; plain types are wrapped.
      options = mapAttrs (
        name: tag:
        if lib.options.isOption tag then
          tag
          // {
            declarations =
              tag.declarations or (
                let
                  pos = builtins.unsafeGetAttrPos name tags;
                in
                if pos == null then [ ] else [ pos.file ]
              );
            declarationPositions =
              tag.declarationPositions or (
                let
                  pos = builtins.unsafeGetAttrPos name tags;
                in
                if pos == null then [ ] else [ pos ]
              );
          }
        else
          throw "In attrTag, each tag value must be an option, but tag ${name} ${
            if tag ? _type then
              (if tag._type == "option-type" then "was a bare type, not wrapped in mkOption." else "was of type ${lib.strings.escapeNixString tag._type}.")
            else
              "was not."
          }"
      ) tags;
      choices = concatStringsSep ", " names;
    in
    mkOptionType {
      name = "attrTag";
      description = "attribute-tagged union with choices: ${choices}";
      descriptionClass = "noun";
      getSubOptions = prefix: mapAttrs (name: option: option // { loc = prefix ++ [ name ]; }) options;
      check = value: isAttrs value && length (attrNames value) == 1 && tags ? ${head (attrNames value)};
      merge =
        loc: definitions:
        let
          tag = head (attrNames (head definitions).value);
          inner = map (
            definition:
            let
              other = head (attrNames definition.value);
            in
            if other != tag then
              throw "The option `${showOption loc}` is defined both as `${tag}` and `${other}`, in ${showFiles (getFiles definitions)}."
            else
              {
                inherit (definition) file;
                value = definition.value.${tag};
              }
          ) definitions;
        in
        if tags ? ${tag} then
          { ${tag} = (lib.modules.evalOptionValue (loc ++ [ tag ]) options.${tag} inner).value; }
        else
          throw "The option `${showOption loc}` is defined as ${lib.strings.escapeNixIdentifier tag}, but ${lib.strings.escapeNixIdentifier tag} is not among the valid choices (${choices}). Value ${tag} was defined in ${showFiles (getFiles definitions)}.";
      nestedTypes = mapAttrs (_: option: option.type) options;
      functor = defaultFunctor "attrTag" // {
        payload.tags = options;
        type = payload: types.attrTag payload.tags;
        binOp =
          left: right:
          let
            fileOf = option: head (option.declarations or [ "" ]);
            positionOf = option: head (option.declarationPositions or [ null ]);
            merged = mapAttrs (
              name: option:
              lib.modules.mergeOptionDecls [ name ] [
                {
                  _file = fileOf option;
                  pos = positionOf option;
                  options = option;
                }
                {
                  _file = fileOf right.tags.${name};
                  pos = positionOf right.tags.${name};
                  options = right.tags.${name};
                }
              ]
            ) (builtins.intersectAttrs right.tags left.tags);
          in
          { tags = left.tags // right.tags // merged; };
      };
    };

  # ---- Combinations ----

  uniq = unique { message = ""; };
  unique =
    { message }:
    elemType:
    mkOptionType {
      name = "unique";
      inherit (elemType) description descriptionClass check;
      merge = mergeUniqueOption {
        inherit message;
        inherit (elemType) merge;
      };
      inherit (elemType) emptyValue getSubOptions getSubModules;
      substSubModules = modules: unique { inherit message; } (elemType.substSubModules modules);
      functor = elementFunctor "unique" elemType (unique { inherit message; });
      nestedTypes.elemType = elemType;
    };

  nullOr =
    elemType:
    mkOptionType {
      name = "nullOr";
      description = "null or ${optionDescriptionPhrase nounOrConjunction elemType}";
      descriptionClass = "conjunction";
      check = value: value == null || elemType.check value;
      merge =
        loc: definitions:
        let
          set = filter (definition: definition.value != null) definitions;
        in
        if set == [ ] then
          null
        else if length set == length definitions then
          elemType.merge loc definitions
        else
          throw "The option `${showOption loc}` is defined both null and not null, in ${showFiles (getFiles definitions)}.";
      emptyValue.value = null;
      inherit (elemType) getSubOptions getSubModules;
      substSubModules = modules: nullOr (elemType.substSubModules modules);
      functor = elementFunctor "nullOr" elemType nullOr;
      nestedTypes.elemType = elemType;
    };

  enum =
    values:
    let
      show =
        value:
        if isString value then
          "\"${value}\""
        else if isInt value then
          toString value
        else if isBool value then
          lib.trivial.boolToString value
        else
          "<${builtins.typeOf value}>";
    in
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if length values == 1 then
          "value ${show (head values)} (singular enum)"
        else
          "one of ${lib.strings.concatMapStringsSep ", " show values}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = value: elem value values;
      merge = mergeEqualOption;
      functor = defaultFunctor "enum" // {
        payload = { inherit values; };
        type = payload: enum payload.values;
        binOp = left: right: { values = lib.lists.unique (left.values ++ right.values); };
      };
    };

  either =
    left: right:
    mkOptionType {
      name = "either";
      description =
        if left.descriptionClass or null == "nonRestrictiveClause" then
          # A relative clause is closed by a comma before the next alternative.
          "${left.description}, or ${optionDescriptionPhrase anyPhrase right}"
        else
          "${optionDescriptionPhrase nounOrConjunction left} or ${optionDescriptionPhrase anyPhrase right}";
      descriptionClass = "conjunction";
      check = value: left.check value || right.check value;
      merge =
        loc: definitions:
        let
          values = getValues definitions;
        in
        if all left.check values then
          left.merge loc definitions
        else if all right.check values then
          right.merge loc definitions
        else
          mergeOneOption loc definitions;
      typeMerge =
        functor:
        let
          first = left.typeMerge (head functor.payload.elemType).functor;
          second = right.typeMerge (builtins.elemAt functor.payload.elemType 1).functor;
        in
        if functor.name == "either" && first != null && second != null then either first second else null;
      functor = defaultFunctor "either" // {
        payload.elemType = [
          left
          right
        ];
        type = payload: either (head payload.elemType) (builtins.elemAt payload.elemType 1);
      };
      nestedTypes = {
        inherit left right;
      };
    };
  oneOf =
    alternatives:
    let
      first = if alternatives == [ ] then throw "types.oneOf needs to get at least one type in its argument" else head alternatives;
    in
    foldl' either first (tail alternatives);

  # Definitions of the first type are converted by the function before they are merged as the last type.
  coercedTo =
    coercedType: convert: finalType:
    assert lib.asserts.assertMsg (
      coercedType.getSubModules == null
    ) "coercedTo: coercedType must not have submodules (it’s a ${coercedType.description})";
    mkOptionType {
      name = "coercedTo";
      description = "${optionDescriptionPhrase noun finalType} or ${optionDescriptionPhrase noun coercedType} convertible to it";
      check = value: (coercedType.check value && finalType.check (convert value)) || finalType.check value;
      merge =
        loc: definitions:
        finalType.merge loc (
          map (definition: if coercedType.check definition.value then definition // { value = convert definition.value; } else definition) definitions
        );
      inherit (finalType) emptyValue getSubOptions getSubModules;
      substSubModules = modules: coercedTo coercedType convert (finalType.substSubModules modules);
      typeMerge = _: null;
      functor = defaultFunctor "coercedTo" // {
        wrapped = finalType;
      };
      nestedTypes = {
        inherit coercedType finalType;
      };
    };

  functionTo =
    elemType:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${optionDescriptionPhrase nounOrComposite elemType}";
      descriptionClass = "composite";
      check = isCallable;
      merge =
        loc: definitions:
        let
          call =
            argument:
            (mergeDefinitions (loc ++ [ "<function body>" ]) elemType (
              map (definition: {
                inherit (definition) file;
                value = definition.value argument;
              }) definitions
            )).mergedValue;
        in
        setFunctionArgs call (zipAttrsWith (_: all (optional: optional)) (map (definition: lib.trivial.functionArgs definition.value) definitions));
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
      inherit (elemType) getSubModules;
      substSubModules = modules: types.functionTo (elemType.substSubModules modules);
      functor = elementFunctor "functionTo" elemType types.functionTo;
      nestedTypes.elemType = elemType;
    };

  # ---- Types, options and modules as values ----

  optionType = mkOptionType {
    name = "optionType";
    description = "optionType";
    descriptionClass = "noun";
    check = value: value._type or null == "option-type";
    merge =
      loc: definitions:
      if length definitions == 1 then
        (head definitions).value
      else
        let
          module = definition: {
            _file = definition.file;
            options.type = mkOption { type = definition.value; };
          };
          # The system reads modules from the last to the first.
          merged = evalModules { modules = map module (lib.lists.reverseList definitions); };
        in
        merged.options.type.type;
  };

  optionDeclaration = mkOptionType {
    name = "optionDeclaration";
    description = "option declaration";
    descriptionClass = "noun";
    # An option that is evaluated already declares nothing.
    check = value: lib.options.isOption value && !(value ? definitions);
    merge = mergeOneOption;
  };

  deferredModule = deferredModuleWith { };
  deferredModuleWith =
    {
      staticModules ? [ ],
    }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = value: isAttrs value || isFunction value || types.path.check value;
      merge = loc: definitions: {
        imports = staticModules ++ map (definition: setDefaultModuleLocation "${definition.file}, via option ${showOption loc}" definition.value) definitions;
      };
      inherit (submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
      substSubModules = modules: deferredModuleWith { staticModules = modules; };
      functor = defaultFunctor "deferredModuleWith" // {
        payload = { inherit staticModules; };
        type = deferredModuleWith;
        binOp = left: right: { staticModules = left.staticModules ++ right.staticModules; };
      };
    };

  submodule =
    modules:
    submoduleWith {
      shorthandOnlyDefinesConfig = true;
      modules = lib.lists.toList modules;
    };

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? null,
      class ? null,
    }@arguments:
    let
      asModules = map (
        { value, file }:
        if shorthandOnlyDefinesConfig == true && isAttrs value then
          {
            _file = file;
            config = value;
          }
        else
          setDefaultModuleLocation file value
      );

      base = evalModules {
        inherit class specialArgs;
        modules = [
          {
            # Overridden where the name is known; so documentation can be made without one.
            _module.args.name = lib.modules.mkOptionDefault "‹name›";
          }
        ]
        ++ modules;
      };
      # Documentation shows what is declared, whatever is defined.
      documented =
        prefix:
        base.extendModules {
          inherit prefix;
          modules = [ { _module.check = lib.modules.mkForce false; } ];
        };
      inherit ((documented [ ])._module) freeformType;
    in
    mkOptionType {
      name = "submodule";
      description =
        if description != null then
          description
        else if freeformType == null then
          "submodule"
        else
          "open submodule of ${optionDescriptionPhrase nounOrComposite freeformType}";
      check = value: isAttrs value || isFunction value || types.path.check value;
      merge =
        loc: definitions:
        (base.extendModules {
          modules = [ { _module.args.name = last loc; } ] ++ asModules definitions;
          prefix = loc;
        }).config;
      emptyValue.value = base.config;
      getSubOptions =
        prefix:
        (documented prefix).options
        // optionalAttrs (freeformType != null) {
          _freeformOptions = freeformType.getSubOptions prefix;
        };
      getSubModules = modules;
      substSubModules = modules: submoduleWith (arguments // { inherit modules; });
      nestedTypes = optionalAttrs (freeformType != null) { inherit freeformType; };
      functor = defaultFunctor "submodule" // {
        payload = {
          inherit
            modules
            class
            specialArgs
            shorthandOnlyDefinesConfig
            description
            ;
        };
        type = submoduleWith;
        binOp = left: right: {
          class =
            if left.class == null then
              right.class
            else if right.class == null || left.class == right.class then
              left.class
            else
              throw "A submoduleWith option is declared multiple times with conflicting class values \"${toString left.class}\" and \"${toString right.class}\".";
          modules = left.modules ++ right.modules;
          specialArgs =
            let
              shared = builtins.intersectAttrs left.specialArgs right.specialArgs;
            in
            if shared == { } then
              left.specialArgs // right.specialArgs
            else
              throw "A submoduleWith option is declared multiple times with the same specialArgs \"${toString (attrNames shared)}\"";
          shorthandOnlyDefinesConfig =
            if left.shorthandOnlyDefinesConfig == null then
              right.shorthandOnlyDefinesConfig
            else if right.shorthandOnlyDefinesConfig == null || left.shorthandOnlyDefinesConfig == right.shorthandOnlyDefinesConfig then
              left.shorthandOnlyDefinesConfig
            else
              throw "A submoduleWith option is declared multiple times with conflicting shorthandOnlyDefinesConfig values";
          description =
            if left.description == null then
              right.description
            else if right.description == null || left.description == right.description then
              left.description
            else
              throw "A submoduleWith option is declared multiple times with conflicting descriptions";
        };
      };
    };

  # ---- Values that can be written in another language ----

  serializableValueWith =
    {
      typeName,
      nullable ? true,
    }:
    let
      base = types.oneOf [
        types.bool
        types.int
        types.float
        str
        types.path
        (attrsOf value)
        (listOf value)
      ];
      value = (if nullable then nullOr base else base) // {
        description = "${typeName} value";
        emptyValue.value = { };
      };
    in
    value;
  json = types.serializableValueWith { typeName = "JSON"; };
  toml = types.serializableValueWith {
    typeName = "TOML";
    nullable = false;
  };
}
