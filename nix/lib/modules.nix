# The module system: modules declare options and define their values; evaluation merges both.
#
# The way through a module: `loadModule` turns what a user wrote into a record (`unify`), `collectModules` follows
# imports, `mergeTree` walks declarations and definitions level by level, `evalOptionValue` settles one option.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    all
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elemAt
    filter
    foldl'
    genericClosure
    head
    isAttrs
    isBool
    isFunction
    isList
    isPath
    isString
    length
    mapAttrs
    partition
    removeAttrs
    sort
    typeOf
    unsafeGetAttrPos
    zipAttrsWith
    ;
  inherit (lib.attrsets)
    attrByPath
    getAttrFromPath
    optionalAttrs
    recursiveUpdate
    setAttrByPath
    ;
  inherit (lib.lists)
    imap1
    last
    optional
    reverseList
    toList
    ;
  inherit (lib.options)
    isOption
    mkOption
    showDefs
    showFiles
    showOption
    unknownModule
    ;
  inherit (lib.modules)
    defaultOrderPriority
    defaultOverridePriority
    dischargeProperties
    doRename
    evalModules
    evalOptionValue
    fixupOptionType
    mergeDefinitions
    mergeOptionDecls
    mkAliasAndWrapDefinitions
    mkAliasAndWrapDefsWithPriority
    mkAliasIfDef
    mkDefault
    mkIf
    mkMerge
    mkMergedOptionModule
    mkOptionDefault
    mkOrder
    mkOverride
    pushDownProperties
    setDefaultModuleLocation
    ;
  inherit (lib) types;

  isCallable = lib.trivial.isFunction;

  # ---- One module ----

  # What a module consists of beside plain definitions.
  keywords = [
    "_class"
    "_file"
    "key"
    "disabledModules"
    "require"
    "imports"
    "options"
    "config"
    "meta"
    "freeformType"
  ];
  shorthandKeywords = [
    "_class"
    "_file"
    "key"
    "disabledModules"
    "require"
    "imports"
    "freeformType"
  ];

  withFreeformType =
    module: config:
    if module ? freeformType then
      mkMerge [
        config
        { _module.freeformType = module.freeformType; }
      ]
    else
      config;

  # A module in any spelling as one record; `file` and `key` are for a module that does not name its own.
  unify =
    file: key: module:
    if module ? config || module ? options then
      let
        stray = attrNames (removeAttrs module keywords);
        config = module.config or { };
      in
      if stray != [ ] then
        throw "Module `${key}' has an unsupported attribute `${head stray}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString stray}) into the explicit `config' attribute."
      else
        {
          _file = toString module._file or file;
          _class = module._class or null;
          key = toString module.key or key;
          disabledModules = module.disabledModules or [ ];
          imports = module.imports or [ ];
          options = module.options or { };
          config = withFreeformType module (
            if module ? meta then
              mkMerge [
                config
                { inherit (module) meta; }
              ]
            else
              config
          );
        }
    else if !isAttrs module then
      throw "module ${file} (${key}) does not look like a module."
    else
      {
        _file = toString module._file or file;
        _class = module._class or null;
        key = toString module.key or key;
        disabledModules = module.disabledModules or [ ];
        imports = (if module ? require then toList module.require else [ ]) ++ module.imports or [ ];
        options = { };
        config = withFreeformType module (removeAttrs module shorthandKeywords);
      };

  # Calls a module function with the arguments it names; each is looked up only when it is used.
  applyModule =
    key: function: arguments:
    let
      named = mapAttrs (
        name: _: addErrorContext "while evaluating the module argument `${name}' in \"${key}\":" (
          arguments.${name}
            or (addErrorContext "noting that argument `${name}` is not externally provided, so querying `_module.args` instead, requiring `config`" arguments.config._module.args.${name})
        )
      ) (lib.trivial.functionArgs function);
    in
    function (arguments // named);

  loadModule =
    arguments: file: key: module:
    let
      while = if file == unknownModule then "" else ", while trying to load a module into ${file}";
    in
    if isFunction module then
      unify file key (applyModule key module arguments)
    else if isAttrs module then
      (
        if module._type or "module" == "module" then
          unify file key (if module ? __functor then applyModule key module arguments else module)
        else if module._type == "if" || module._type == "override" then
          loadModule arguments file key { config = module; }
        else
          throw (
            "Expected a module, but found a value of type ${builtins.toJSON module._type}${while}.\nA module is typically loaded by adding it to the imports = [ ... ]; attribute of an existing module, or in the modules = [ ... ]; argument of various functions.\nPlease make sure that each of the list items is a module, and not a different kind of value.\n"
            + (
              if module._type == "configuration" then
                "\nIf you really mean to import this configuration, instead please only import the modules that make up the configuration.\nYou may have to create a `let` binding, file or attribute to give yourself access to the relevant modules.\nWhile loading a configuration into the module system is a very sensible idea, it can not be done cleanly in practice.\n"
              else
                ""
            )
          )
      )
    else if isList module then
      throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definitions: ${
        showDefs [
          {
            inherit file;
            value = module;
          }
        ]
      }"
    else if isPath module || isString module then
      let
        path = toString module;
        content = import module;
      in
      unify path path (if isCallable content then applyModule path content arguments else content)
    else
      throw "Expected a module, but found a value of type ${typeOf module}${while}.";

  # ---- All modules ----

  # The modules reached through imports, each key once: first those given, then what they import, and so on.
  collect =
    class: modulesPath: modules: arguments:
    let
      checkClass =
        module:
        if class == null || module._class == null || module._class == class then
          module
        else
          throw "The module `${module._file}` (class: ${builtins.toJSON module._class}) cannot be imported into a module evaluation that expects class ${builtins.toJSON class}.\n\nHelp:\n- Ensure that you are importing the correct module.\n- Verify that the module's `_class`, ${builtins.toJSON module._class} matches the expected `class` ${builtins.toJSON class}.\n- If you are using a custom class, make sure it is correctly defined and used consistently across your modules.\n";

      nodes =
        file: key: list:
        imap1 (
          number: item:
          let
            module = checkClass (loadModule arguments file "${key}:anon-${toString number}" item);
          in
          {
            inherit (module) key;
            inherit module;
            imports = nodes module._file module.key module.imports;
          }
        ) list;

      roots = nodes unknownModule "" modules;
      reached = genericClosure {
        startSet = roots;
        operator = node: node.imports;
      };

      keyOf =
        file: module:
        if isString module then
          (if builtins.substring 0 1 module == "/" then module else "${toString modulesPath}/${module}")
        else if isPath module then
          toString module
        else if isAttrs module then
          (
            if module ? key then
              toString module.key
            else
              throw "Module `${file}` contains a disabledModules item that is an attribute set, presumably a module, that does not have a `key` attribute. This means that the module system doesn't have any means to identify the module that should be disabled. Make sure that you've put the correct value in disabledModules: a string path relative to modulesPath, a path value, or an attribute set with a `key` attribute."
          )
        else if lib.strings.isConvertibleWithToString module then
          toString module
        else
          throw "Each disabledModules item must be a path, string, or a attribute set with a key attribute, or a value supported by toString. However, one of the disabledModules items in `${file}` is none of that, but is of type ${typeOf module}.";

      disabled = concatMap (node: map (keyOf node.module._file) node.module.disabledModules) reached;
      disabledSet = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) disabled
      );
      enabled = filter (node: !(disabledSet ? ${node.key}));
      kept =
        if disabled == [ ] then
          reached
        else
          genericClosure {
            startSet = enabled roots;
            operator = node: enabled node.imports;
          };
      graphOf =
        map (node: {
          disabled = disabledSet ? ${node.key};
          inherit (node) key;
          file = node.module._file;
          imports = graphOf node.imports;
        });
    in
    {
      modules = map (node: node.module) kept;
      # Without the module of the system itself, which is the last one.
      graph = graphOf (lib.lists.init roots);
    };

  # ---- Levels of the option tree ----

  # The options in a tree of declarations, for a message.
  showRawDeclarations =
    loc: declarations:
    let
      flatten =
        loc: declaration:
        if isOption declaration.options then
          [ " - option(s) with prefix `${showOption loc}' in module `${declaration._file}'" ]
        else
          map (name: " - option(s) with prefix `${showOption (loc ++ [ name ])}' in module `${declaration._file}'") (attrNames declaration.options);
    in
    concatStringsSep "\n" (concatMap (flatten loc) declarations);

  # Whether a declaration is an option rather than a set of them.
  isDeclaration =
    loc: declaration:
    let
      kind = declaration.options._type or null;
      path = showOption loc;
      name = lib.strings.escapeNixIdentifier (last loc);
    in
    if kind == "option" then
      true
    else if kind == null then
      false
    else
      throw (
        "In module ${declaration._file}: expected an option declaration at option path `${path}` but got an attribute set with type ${kind}"
        + (
          if kind == "option-type" then
            "\n\nWhen declaring an option, you must wrap the type in a `mkOption` call. It should look somewhat like:\n    ${
              if length loc > 1 then "\n    # ${path}" else ""
            }\n    ${name} = lib.mkOption {\n      description = ...;\n      type = <the type you wrote for ${name}>;\n      ...\n    };\n"
          else
            ""
        )
      );

  # A tree of options as one option of a submodule, to be merged with an option of that type.
  treeToOption =
    tree:
    mkOption {
      type = types.submoduleWith {
        modules = [ { options = tree; } ];
        # Left to the option it is joined with.
        shorthandOnlyDefinesConfig = null;
      };
    };

  # declarations: [ { _file, options } ], definitions: [ { file, config } ] with properties already pushed down.
  # → { options, values, unmatched = [ { prefix, file, value } ] } with prefixes relative to this level.
  mergeTree =
    prefix: declarations: definitions:
    let
      declared = zipAttrsWith (_: items: items) (
        map (
          declaration:
          if isAttrs declaration.options then
            mapAttrs (name: options: {
              inherit (declaration) _file;
              inherit options;
              pos = unsafeGetAttrPos name declaration.options;
            }) declaration.options
          else
            throw "An option declaration for `${concatStringsSep "." prefix}' has type\n`${typeOf declaration.options}' rather than an attribute set.\nDid you mean to define this outside of `options'?"
        ) declarations
      );

      defined = zipAttrsWith (_: items: items) (
        map (
          definition:
          if isAttrs definition.config then
            mapAttrs (_: value: {
              inherit (definition) file;
              inherit value;
            }) definition.config
          else
            throw "In module `${definition.file}', you're trying to define a value of type `${typeOf definition.config}'\nrather than an attribute set for the option\n`${concatStringsSep "." prefix}'!\n\nThis usually happens if `${concatStringsSep "." prefix}' has option\ndefinitions inside that are not matched. Please check how to properly define\nthis option by e.g. referring to `man 5 configuration.nix'!\n"
        ) definitions
      );

      results = mapAttrs (
        name: declarations:
        let
          loc = prefix ++ [ name ];
          definitions = defined.${name} or [ ];
          split = partition (isDeclaration loc) declarations;
          first = head split.right;
          leaf =
            declarations:
            let
              option = evalOptionValue loc (fixupOptionType loc (mergeOptionDecls loc declarations)) definitions;
            in
            {
              options = option;
              values = option.value;
            };
          tree = mergeTree loc declarations (
            concatMap (
              definition:
              map (config: {
                inherit (definition) file;
                inherit config;
              }) (pushDownProperties definition.value)
            ) definitions
          );
        in
        if length declarations == 1 && (head declarations).options._type or null == "option" || split.wrong == [ ] then
          leaf declarations
        else if split.right == [ ] then
          {
            inherit (tree) options values;
            unmatched = map (entry: entry // { prefix = [ name ] ++ entry.prefix; }) tree.unmatched;
          }
        else if all (declaration: declaration.options.type.name or null == "submodule") split.right then
          leaf (map (declaration: if isOption declaration.options then declaration else declaration // { options = treeToOption declaration.options; }) declarations)
        else
          throw "The option `${showOption loc}' in module `${first._file}' would be a parent of the following options, but its type `${
            first.options.type.description or "<no description>"
          }' does not support nested options.\n${showRawDeclarations loc split.wrong}"
      ) declared;

      undeclared = removeAttrs defined (attrNames declared);
      # Where nothing is defined there is nothing unmatched, and the declarations need not be looked at: they may depend on
      # module arguments, which depend on what is unmatched.
      below = builtins.attrValues (builtins.intersectAttrs defined results);
    in
    {
      options = mapAttrs (_: result: result.options) results;
      values = mapAttrs (_: result: result.values) results;
      unmatched =
        concatLists (builtins.catAttrs "unmatched" below)
        ++ concatMap (
          name:
          map (definition: {
            prefix = [ name ];
            inherit (definition) file value;
          }) undeclared.${name}
        ) (attrNames undeclared);
    };

  mergeCollected =
    prefix: modules:
    mergeTree prefix modules (
      concatMap (
        module:
        map (config: {
          file = module._file;
          inherit config;
        }) (pushDownProperties module.config)
      ) modules
    );

  # ---- Unknown options ----

  # Names of options beside the one that does not exist, nearest first; far ones only where there is little choice.
  suggestions =
    options: path:
    let
      name = last path;
      parent = lib.lists.init path;
      beside = attrByPath parent { } options;
      names = if isOption beside then [ ] else filter (sibling: parent != [ ] || sibling != "_module") (attrNames beside);
      near = if length names < 100 then names else filter (lib.strings.levenshteinAtMost 2 name) names;
    in
    lib.lists.take 3 (lib.lists.sortOn (lib.strings.levenshtein name) near);

  unknownOption =
    prefix: options: unmatched:
    let
      first = head unmatched;
      shown = showOption (prefix ++ first.prefix);
      definition = addErrorContext "while evaluating the error message for definitions for `${shown}', which is an option that does not exist" (
        addErrorContext "while evaluating a definition from `${first.file}'" (showDefs [ first ])
      );
      near = map (name: "`${showOption (prefix ++ lib.lists.init first.prefix ++ [ name ])}'") (suggestions options first.prefix);
      hint =
        if near == [ ] then
          ""
        else if length near == 1 then
          "\n\nDid you mean ${head near}?"
        else
          "\n\nDid you mean ${concatStringsSep ", " (lib.lists.init near)} or ${last near}?";
      message = "The option `${shown}' does not exist. Definition values:${definition}${hint}";
    in
    if attrNames options != [ "_module" ] then
      throw message
    else if prefix == [ ] then
      throw "${message}\n\nIt seems as if you're trying to declare an option by placing it into `config' rather than `options'!\n"
    else
      throw "${message}\n\nHowever there are no options defined in `${showOption prefix}'. Are you sure you've\ndeclared your options properly? This can happen if you e.g. declared your options in `types.submodule'\nunder `config' rather than `options'.\n";
in
{
  # → { options, config, _module, class, type, extendModules, graph }.
  evalModules =
    arguments@{
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
      args ? { },
      check ? true,
    }:
    let
      legacy =
        optional (arguments ? args) {
          config._module.args = lib.trivial.warn "The args argument to evalModules is deprecated. Please set config._module.args instead." args;
        }
        ++ optional (arguments ? check) {
          config._module.check = lib.trivial.warn "The check argument to evalModules is deprecated. Please set config._module.check instead." (mkDefault check);
        };
      allModules = modules ++ legacy;

      type = types.submoduleWith {
        modules = allModules;
        inherit specialArgs class;
      };

      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          prefix ? arguments.prefix or [ ],
        }:
        evalModules (
          removeAttrs arguments [
            "args"
            "check"
          ]
          // {
            modules = allModules ++ modules;
            specialArgs = arguments.specialArgs or { } // specialArgs;
            inherit prefix;
          }
        );

      internal = {
        _file = "lib/modules.nix";
        key = "lib/modules.nix";
        options._module = {
          args = mkOption {
            type = types.lazyAttrsOf types.raw;
            defaultText = lib.options.literalExpression "{ }";
            internal = prefix != [ ];
            description = "Arguments passed to every module, beside `config`, `options`, `lib` and those of `specialArgs`. They may depend on `config`; those that decide about `imports` must be `specialArgs`.";
          };
          check = mkOption {
            type = types.bool;
            internal = true;
            default = true;
            description = "Whether a definition without declaration is an error.";
          };
          freeformType = mkOption {
            type = types.nullOr types.optionType;
            internal = true;
            default = null;
            description = "The type that all definitions without declaration together must have, or null where there may be none.";
          };
          specialArgs = mkOption {
            readOnly = true;
            internal = true;
            description = "The arguments that evalModules was given as `specialArgs`.";
          };
        };
        config._module = {
          args = {
            inherit extendModules;
            moduleType = type;
          };
          inherit specialArgs;
        };
      };

      collected = collect class (specialArgs.modulesPath or "") (allModules ++ [ internal ]) (
        {
          inherit lib options specialArgs;
          _class = class;
          _prefix = prefix;
          config = addErrorContext "if you get an infinite recursion here, you probably reference `config` in `imports`. If you are trying to achieve a conditional import behavior dependent on `config`, consider importing unconditionally, and using `mkEnableOption` and `mkIf` to control its effect." config;
        }
        // specialArgs
      );

      merged = mergeCollected prefix (reverseList collected.modules);
      inherit (merged) options unmatched;
      declared = merged.values;
      inherit (declared._module) freeformType;

      freeform =
        let
          definitions = map (entry: {
            inherit (entry) file;
            value = setAttrByPath entry.prefix entry.value;
          }) unmatched;
        in
        if definitions == [ ] then { } else freeformType.merge prefix definitions;
      config = if freeformType == null then declared else recursiveUpdate freeform declared;

      checked =
        if declared._module.check && freeformType == null && unmatched != [ ] then
          unknownOption prefix options unmatched
        else
          value: value;
    in
    {
      _type = "configuration";
      options = checked options;
      config = checked (removeAttrs config [ "_module" ]);
      _module = checked config._module;
      inherit (collected) graph;
      inherit class extendModules type;
    };

  # ---- One option ----

  # All declarations of an option as one; type, submodules and files are joined.
  mergeOptionDecls =
    loc: declarations:
    let
      initial = {
        inherit loc;
        declarations = [ ];
        declarationPositions = [ ];
        options = [ ];
      };
      position =
        declaration:
        if declaration.pos or null == null then
          {
            file = declaration._file;
            line = null;
            column = null;
          }
        else
          declaration.pos;
      # As below for the first declaration, which most options leave it at.
      single =
        declaration:
        let
          new = declaration.options;
          inner = new.type.getSubModules or null;
        in
        new
        // {
          inherit loc;
          declarations = [ declaration._file ];
          declarationPositions = [ (position declaration) ];
          options = [ new ];
          ${if inner == null then null else "type"} = new.type.substSubModules (map (setDefaultModuleLocation declaration._file) inner);
        };
      join =
        merged: declaration:
        let
          new = declaration.options;
          both = name: new ? ${name} && merged ? ${name};
          inner = new.type.getSubModules or null;
          # Modules inside the type are known by the file that declares them; those of later declarations come first.
          located = map (setDefaultModuleLocation declaration._file) inner;
          type = if inner == null then new.type else new.type.substSubModules located;
          plain = merged.type.typeMerge type.functor;
          joined = if plain == null || inner == null then plain else plain.substSubModules (located ++ merged.type.getSubModules);
        in
        if both "default" || both "example" || both "description" || both "apply" || (both "type" && joined == null) then
          throw "The option `${showOption loc}' in `${declaration._file}' is already declared in ${showFiles merged.declarations}."
        else
          new
          // merged
          // {
            declarations = merged.declarations ++ [ declaration._file ];
            declarationPositions = merged.declarationPositions ++ [ (position declaration) ];
            options = merged.options ++ [ new ];
          }
          // (
            if both "type" then
              { type = joined; }
            else if new ? type && inner != null then
              { inherit type; }
            else
              { }
          );
    in
    if length declarations == 1 then single (head declarations) else foldl' join initial declarations;

  # Options may be declared without type.
  fixupOptionType = loc: option: if option ? type then option else option // { type = types.unspecified; };

  evalOptionValue =
    loc: option: definitions:
    let
      all =
        (
          if option ? default then
            [
              {
                file = head option.declarations;
                value = mkOptionDefault option.default;
              }
            ]
          else
            [ ]
        )
        ++ definitions;
      merged =
        if option.readOnly or false && length all > 1 then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${
            showDefs (map (definition: definition // { value = (mergeDefinitions loc option.type [ definition ]).mergedValue; }) all)
          }"
        else
          mergeDefinitions loc option.type all;
      value = if option ? apply then option.apply merged.mergedValue else merged.mergedValue;
      warned =
        value: if option.type.deprecationMessage or null != null then lib.trivial.warn "The type `types.${option.type.name}' of option `${showOption loc}' defined in ${showFiles option.declarations} is deprecated. ${option.type.deprecationMessage}" value else value;
    in
    warned (
      option
      // {
        value = addErrorContext "while evaluating the option `${showOption loc}':" value;
        inherit (merged) isDefined highestPrio;
        definitions = map (definition: definition.value) merged.defsFinal;
        files = map (definition: definition.file) merged.defsFinal;
        definitionsWithLocations = merged.defsFinal;
        __toString = _: showOption loc;
      }
    );

  # Definitions, with their properties, to a value: [ { file, value } ].
  mergeDefinitions =
    loc: type: definitions:
    let
      discharged = concatMap (
        definition:
        let
          kind = addErrorContext "while evaluating definitions from `${definition.file}':" (definition.value._type or null);
        in
        if kind == null || kind == "override" then
          [ definition ]
        else
          map (
            value:
            if value._type or null == "definition" then
              value
            else
              {
                inherit (definition) file;
                inherit value;
              }
          ) (addErrorContext "while evaluating definitions from `${definition.file}':" (dischargeProperties definition.value))
      ) definitions;
      # Most options have one definition, or only their default: no need to compare priorities.
      only = head definitions;
      kind = addErrorContext "while evaluating definitions from `${only.file}':" (only.value._type or null);
      single = length definitions == 1;
      strongest =
        if single && kind == null then
          {
            values = definitions;
            highestPrio = defaultOverridePriority;
          }
        else if single && kind == "override" then
          {
            values = [
              {
                inherit (only) file;
                value = only.value.content;
              }
            ];
            highestPrio = only.value.priority;
          }
        else
          lib.modules.filterOverrides' discharged;
      ordered = any (definition: definition.value._type or null == "order") strongest.values;
      defsFinal = if ordered then lib.modules.sortProperties strongest.values else strongest.values;
      isDefined = defsFinal != [ ];
      mergedValue =
        if !isDefined then
          type.emptyValue.value or (throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.")
        else if all (definition: type.check definition.value) defsFinal then
          type.merge loc defsFinal
        else
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${
            showDefs (filter (definition: !type.check definition.value) defsFinal)
          }";
    in
    {
      inherit defsFinal isDefined mergedValue;
      inherit (strongest) highestPrio;
      defsFinal' = strongest // {
        values = defsFinal;
      };
      optionalValue = if isDefined then { value = mergedValue; } else { };
    };

  # ---- Properties ----

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkAssert = assertion: message: content: mkIf (if assertion then true else throw "\nFailed assertion: ${message}") content;
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkDefinition =
    {
      file,
      value,
    }@definition:
    definition // { _type = "definition"; };

  defaultOverridePriority = 100;
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;

  defaultOrderPriority = 1000;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkFixStrictness = lib.trivial.warn "lib.mkFixStrictness has no effect and will be removed. It returns its argument unmodified, so you can just remove any calls." (value: value);

  # A property around a set, as the same property around each of its attributes.
  pushDownProperties =
    config:
    let
      kind = config._type or null;
      # What is no set is left to the message that says so.
      wrapEach = wrap: content: if isAttrs content then mapAttrs (_: wrap) content else content;
    in
    if kind == null then
      [ config ]
    else if kind == "merge" then
      concatMap pushDownProperties config.contents
    else if kind == "if" then
      map (wrapEach (mkIf config.condition)) (pushDownProperties config.content)
    else if kind == "override" then
      map (wrapEach (mkOverride config.priority)) (pushDownProperties config.content)
    else
      [ config ];

  # The definitions that hold: conditions decided, lists of definitions joined.
  dischargeProperties =
    definition:
    let
      kind = definition._type or null;
    in
    if kind == null then
      [ definition ]
    else if kind == "merge" then
      concatMap dischargeProperties definition.contents
    else if kind == "if" then
      (
        if isBool definition.condition then
          (if definition.condition then dischargeProperties definition.content else [ ])
        else
          throw "‘mkIf’ called with a non-Boolean condition"
      )
    else
      [ definition ];

  filterOverrides = definitions: (lib.modules.filterOverrides' definitions).values;
  filterOverrides' =
    definitions:
    let
      priorityOf = definition: if definition.value._type or null == "override" then definition.value.priority else defaultOverridePriority;
      priorities = map priorityOf definitions;
      # Lower numbers win.
      highestPrio = foldl' (best: priority: if priority < best then priority else best) 9999 priorities;
      strip = definition: if definition.value._type or null == "override" then definition // { value = definition.value.content; } else definition;
    in
    {
      inherit highestPrio;
      values =
        if all (priority: priority == highestPrio) priorities then
          map strip definitions
        else if length definitions == 2 then
          [ (strip (elemAt definitions (if head priorities == highestPrio then 0 else 1))) ]
        else
          concatLists (lib.lists.zipListsWith (priority: definition: if priority == highestPrio then [ (strip definition) ] else [ ]) priorities definitions);
    };

  sortProperties =
    definitions:
    let
      unwrapped = map (
        definition:
        if definition.value._type or null == "order" then
          definition
          // {
            value = definition.value.content;
            inherit (definition.value) priority;
          }
        else
          definition
      ) definitions;
      priorityOf = definition: definition.priority or defaultOrderPriority;
    in
    sort (a: b: priorityOf a < priorityOf b) unwrapped;

  # ---- Modules made from other things ----

  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
  importApply = path: argument: setDefaultModuleLocation path (import path argument);
  importJSON = file: {
    _file = file;
    config = lib.trivial.importJSON file;
  };
  importTOML = file: {
    _file = file;
    config = lib.trivial.importTOML file;
  };

  mkAliasIfDef = option: mkIf (isOption option && option.isDefined);
  mkAliasDefinitions = mkAliasAndWrapDefinitions (value: value);
  mkAliasAndWrapDefinitions = wrap: option: mkAliasIfDef option (wrap (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority = wrap: option: mkAliasIfDef option (wrap (mkMerge (map (mkOverride (option.highestPrio or defaultOverridePriority)) option.definitions)));
  mkDerivedConfig = option: function: mkOverride (option.highestPrio or defaultOverridePriority) (function option.value);

  doRename =
    {
      from,
      to,
      visible,
      warn,
      use,
      withPriority ? true,
      condition ? true,
    }:
    { config, options, ... }:
    let
      fromOption = getAttrFromPath from options;
      toOption = attrByPath to { } options;
      target = attrByPath to (abort "Renaming error: option `${showOption to}' does not exist.") config;
      wrap = if withPriority then mkAliasAndWrapDefsWithPriority else mkAliasAndWrapDefinitions;
    in
    {
      options = setAttrByPath from (mkOption {
        inherit visible;
        description = "Alias of {option}`${showOption to}`.";
        apply = _: use target;
        type = toOption.type or (types.submodule { });
      });
      config = mkIf condition (mkMerge [
        (optionalAttrs (options ? warnings) {
          warnings = optional (warn && fromOption.isDefined) "The option `${showOption from}' defined in ${showFiles fromOption.files} has been renamed to `${showOption to}'.";
        })
        (wrap (setAttrByPath to) fromOption)
      ]);
    };

  mkRenamedOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = builtins.trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };
  mkRenamedOptionModuleWith =
    {
      from,
      to,
      sinceRelease,
    }:
    doRename {
      inherit from to;
      visible = false;
      warn = lib.trivial.oldestSupportedReleaseIsAtLeast sinceRelease;
      use = lib.trivial.warnIf (lib.trivial.oldestSupportedReleaseIsAtLeast sinceRelease) "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };
  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = value: value;
    };
  mkAliasOptionModuleMD = lib.modules.mkAliasOptionModule;

  mkRemovedOptionModule =
    path: instructions:
    { options, ... }:
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = _: throw "The option `${showOption path}' can no longer be used since it's been removed. ${instructions}";
      });
      config.assertions =
        let
          option = getAttrFromPath path options;
        in
        [
          {
            assertion = !option.isDefined;
            message = "The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; please remove it.\n${instructions}\n";
          }
        ];
    };

  mkMergedOptionModule =
    from: to: merge:
    { config, options, ... }:
    let
      isDefined = path: (getAttrFromPath path options).isDefined or false;
    in
    {
      options = foldl' recursiveUpdate { } (
        map (
          path:
          setAttrByPath path (mkOption {
            visible = false;
            # Tells an option that nobody set from one set to null.
            default = "_mkMergedOptionModule";
          })
        ) from
      );
      config =
        {
          warnings = filter (text: text != "") (
            map (
              path:
              let
                option = getAttrFromPath path options;
              in
              if getAttrFromPath path config != "_mkMergedOptionModule" then
                "The option `${showOption path}' defined in ${showFiles option.files} has been changed to `${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your configuration accordingly."
              else
                ""
            ) from
          );
        }
        // setAttrByPath to (
          mkMerge (optional (any (path: getAttrFromPath path config != "_mkMergedOptionModule") from) (merge config))
        );
    };
  mkChangedOptionModule = from: to: change: mkMergedOptionModule [ from ] to change;

  # ---- For other tools ----

  mergeModules = prefix: modules: lib.modules.mergeModules' prefix modules modules;
  mergeModules' =
    prefix: modules: configs:
    let
      merged = mergeTree prefix modules (
        concatMap (
          module:
          map (config: {
            file = module._file or unknownModule;
            inherit config;
          }) (pushDownProperties module.config)
        ) configs
      );
    in
    {
      matchedOptions = merged.options;
      unmatchedDefns = merged.unmatched;
    };
  collectModules =
    class: modulesPath: modules: arguments:
    (collect class modulesPath modules arguments).modules;
  unifyModuleSyntax = unify;
  applyModuleArgsIfFunction =
    key: module: arguments:
    if isCallable module then applyModule key module arguments else module;
  # Applies a function to the values inside properties.
  mapDefinitionValue =
    function: definition:
    let
      kind = definition._type or null;
      inside = lib.modules.mapDefinitionValue function;
    in
    if kind == "definition" then
      definition // { value = inside definition.value; }
    else if kind == "merge" then
      definition // { contents = map inside definition.contents; }
    else if kind == "if" || kind == "override" || kind == "order" then
      definition // { content = inside definition.content; }
    else
      function definition;
  # Each attribute of an option's value with the priority that won.
  mergeAttrDefinitionsWithPrio =
    option:
    let
      pushed = concatMap (
        definition:
        map (mapAttrs (_: value: {
          inherit (definition) file;
          inherit value;
        })) (pushDownProperties definition.value)
      ) option.definitionsWithLocations;
    in
    zipAttrsWith (
      name: definitions:
      let
        merged = mergeDefinitions (option.loc ++ [ name ]) option.type.nestedTypes.elemType definitions;
      in
      {
        value = merged.mergedValue;
        inherit (merged) highestPrio;
      }
    ) pushed;
}
