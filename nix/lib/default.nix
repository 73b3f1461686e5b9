# A library of functions for Nix, with the names and the behaviour of nixpkgs' `lib`.
#
# Each topic is a file of its own, loaded when first used; what follows names the functions
# that are reachable from the top level as well.
let
  fixedPoints = import ./fixed-points.nix { lib = { inherit fixedPoints; }; };
in
fixedPoints.makeExtensible (
  self:
  let
    load = path: import path { lib = self; };
  in
  {
    trivial = load ./trivial.nix;
    fixedPoints = load ./fixed-points.nix;
    lists = load ./lists.nix;
    attrsets = load ./attrsets.nix;
    strings = load ./strings.nix;
    generators = load ./generators.nix;
    asserts = load ./asserts.nix;
    debug = load ./debug.nix;
    cli = load ./cli.nix;
    versions = load ./versions.nix;
    customisation = load ./customisation.nix;
    derivations = load ./derivations.nix;
    meta = load ./meta.nix;
    licenses = load ./licenses.nix;
    systems = load ./systems;
    platforms = self.systems.doubles;
    sources = load ./sources.nix;
    filesystem = load ./filesystem.nix;
    path = load ./path.nix;
    fileset = load ./fileset.nix;
    fetchers = load ./fetchers.nix;
    stringsWithDeps = load ./strings-with-deps.nix;
    sourceTypes = builtins.mapAttrs (shortName: isSource: { inherit shortName isSource; }) {
      fromSource = true;
      binaryNativeCode = false;
      binaryBytecode = false;
      binaryFirmware = false;
      obfuscatedCode = false;
    };
    maintainers = { };
    teams = { };
    options = load ./options.nix;
    types = load ./types.nix;
    modules = load ./modules.nix;

    inherit (builtins)
      addErrorContext
      all
      any
      attrNames
      attrValues
      catAttrs
      ceil
      compareVersions
      concatLists
      concatMap
      concatStringsSep
      deepSeq
      elem
      elemAt
      filter
      floor
      foldl'
      fromJSON
      fromTOML
      genericClosure
      genList
      getAttr
      getContext
      groupBy
      hasAttr
      hasContext
      head
      intersectAttrs
      isAttrs
      isBool
      isFloat
      isInt
      isList
      isPath
      isString
      length
      lessThan
      listToAttrs
      map
      mapAttrs
      match
      parseDrvName
      partition
      pathExists
      readDir
      readFile
      removeAttrs
      replaceStrings
      seq
      sort
      split
      splitVersion
      stringLength
      sub
      substring
      tail
      toJSON
      toXML
      trace
      tryEval
      typeOf
      unsafeDiscardStringContext
      unsafeGetAttrPos
      zipAttrsWith
      add
      appendContext
      baseNameOf
      bitAnd
      bitOr
      bitXor
      convertHash
      dirOf
      flakeRefToString
      parseFlakeRef
      placeholder
      hashFile
      hashString
      toFile
      toString
      unsafeDiscardOutputDependency
      addDrvOutputDependencies
      warn
      ;

    inherit (self.trivial)
      and
      bitNot
      boolToString
      boolToYesNo
      checkListOfEnum
      compare
      concat
      const
      defaultTo
      div
      flip
      fromHexString
      functionArgs
      id
      importJSON
      importTOML
      info
      inNixShell
      inPureEvalMode
      isFunction
      isInOldestRelease
      mapNullable
      max
      mergeAttrs
      min
      mirrorFunctionArgs
      mod
      mul
      nixpkgsVersion
      oldestSupportedReleaseIsAtLeast
      or
      pipe
      setFunctionArgs
      showWarnings
      splitByAndCompare
      throwIf
      throwIfNot
      toBaseDigits
      toFunction
      toHexString
      version
      warnIf
      warnIfNot
      xor
      ;

    inherit (self.generators) mkLuaInline;

    inherit (self.asserts) assertMsg assertOneOf;

    inherit (self.debug)
      runTests
      testAllTrue
      traceFnSeqN
      traceIf
      traceSeq
      traceSeqN
      traceVal
      traceValFn
      traceValSeq
      traceValSeqFn
      traceValSeqN
      traceValSeqNFn
      ;

    inherit (self.customisation)
      callPackagesWith
      callPackageWith
      extendDerivation
      extendMkDerivation
      hydraJob
      makeOverridable
      makeScope
      makeScopeWithSplicing
      makeScopeWithSplicing'
      mapCrossIndex
      overrideDerivation
      renameCrossIndexFrom
      renameCrossIndexTo
      ;

    inherit (self.derivations) lazyDerivation optionalDrvAttr warnOnInstantiate;

    inherit (self.meta)
      addMetaAttrs
      appendToName
      dontDistribute
      getExe
      getExe'
      getLicenseFromSpdxId
      getLicenseFromSpdxIdOr
      hiPrio
      hiPrioSet
      licensesSpdx
      lowPrio
      lowPrioSet
      mapDerivationAttrset
      setName
      setPrio
      updateName
      ;

    inherit (self.sources)
      canCleanSource
      cleanSource
      cleanSourceFilter
      cleanSourceWith
      commitIdFromGitRepo
      filterSource
      pathHasContext
      pathIsGitRepo
      repoRevToName
      revOrTag
      sourceByRegex
      sourceFilesBySuffices
      ;

    inherit (self.filesystem)
      packagesFromDirectoryRecursive
      pathIsDirectory
      pathIsRegularFile
      pathType
      readFileType
      ;

    inherit (self.stringsWithDeps)
      fullDepEntry
      noDepEntry
      packEntry
      stringAfter
      textClosureList
      textClosureMap
      ;

    # Hashes of the right form that no content has.
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    fakeSha256 = self.strings.replicate 64 "0";
    fakeSha512 = self.strings.replicate 128 "0";

    inherit (self.options)
      getFiles
      getValues
      isOption
      literalExpression
      literalMD
      mergeDefaultOption
      mergeEqualOption
      mergeOneOption
      mergeUniqueOption
      mkEnableOption
      mkOption
      mkPackageOption
      mkSinkUndeclaredOptions
      optionAttrSetToDocList
      optionAttrSetToDocList'
      scrubOptionValue
      showFiles
      showOption
      showOptionWithDefLocs
      unknownModule
      ;

    inherit (self.types)
      defaultFunctor
      defaultTypeMerge
      isOptionType
      isType
      mkOptionType
      setType
      ;

    inherit (self.modules)
      applyModuleArgsIfFunction
      dischargeProperties
      doRename
      evalModules
      evalOptionValue
      filterOverrides
      fixupOptionType
      mergeDefinitions
      mergeModules
      mergeModules'
      mergeOptionDecls
      mkAfter
      mkAliasAndWrapDefinitions
      mkAliasDefinitions
      mkAliasOptionModule
      mkAliasOptionModuleMD
      mkAssert
      mkBefore
      mkChangedOptionModule
      mkDefault
      mkDefinition
      mkDerivedConfig
      mkFixStrictness
      mkForce
      mkIf
      mkImageMediaOverride
      mkMerge
      mkMergedOptionModule
      mkOptionDefault
      mkOrder
      mkOverride
      mkRemovedOptionModule
      mkRenamedOptionModule
      mkRenamedOptionModuleWith
      mkVMOverride
      pushDownProperties
      setDefaultModuleLocation
      sortProperties
      unifyModuleSyntax
      ;

    inherit (self.fixedPoints)
      composeExtensions
      composeManyExtensions
      converge
      extends
      fix
      fix'
      makeExtensible
      makeExtensibleWithCustomName
      toExtension
      ;

    inherit (self.attrsets)
      attrByPath
      attrsToList
      attrVals
      cartesianProduct
      chooseDevOutputs
      collect
      concatMapAttrs
      dontRecurseIntoAttrs
      filterAttrs
      filterAttrsRecursive
      foldAttrs
      foldlAttrs
      genAttrs
      genAttrs'
      getAttrFromPath
      getAttrs
      getBin
      getDev
      getFirstOutput
      getInclude
      getLib
      getMan
      getOutput
      getStatic
      hasAttrByPath
      isDerivation
      mapAttrs'
      mapAttrsRecursive
      mapAttrsRecursiveCond
      mapAttrsToList
      mapAttrsToListRecursive
      mapAttrsToListRecursiveCond
      mapCartesianProduct
      matchAttrs
      mergeAttrsList
      nameValuePair
      optionalAttrs
      overrideExisting
      recurseIntoAttrs
      recursiveUpdate
      recursiveUpdateUntil
      setAttrByPath
      showAttrPath
      toDerivation
      updateManyAttrsByPath
      zipAttrs
      zipAttrsWithNames
      ;

    inherit (self.lists)
      allUnique
      compareLists
      concatAttrValues
      count
      crossLists
      drop
      dropEnd
      findFirst
      findSingle
      flatten
      fold
      foldl
      foldr
      forEach
      groupBy'
      ifilter0
      imap0
      imap1
      init
      intersectLists
      last
      listDfs
      mutuallyExclusive
      naturalSort
      optional
      optionals
      range
      remove
      replaceElemAt
      replicate
      reverseList
      singleton
      sortOn
      sublist
      subtractLists
      take
      takeEnd
      toList
      toposort
      unique
      uniqueStrings
      zipLists
      zipListsWith
      ;

    inherit (self.strings)
      addContextFrom
      cmakeBool
      cmakeFeature
      cmakeOptionType
      concatImapStrings
      concatImapStringsSep
      concatLines
      concatMapAttrsStringSep
      concatMapStrings
      concatMapStringsSep
      concatStrings
      enableFeature
      enableFeatureAs
      escape
      escapeRegex
      escapeShellArg
      escapeShellArgs
      escapeURL
      escapeXML
      fileContents
      fixedWidthNumber
      fixedWidthString
      getName
      getVersion
      hasInfix
      hasPrefix
      hasSuffix
      intersperse
      isStorePath
      isStringLike
      isValidPosixName
      join
      lowerChars
      makeBinPath
      makeIncludePath
      makeLibraryPath
      makeSearchPath
      makeSearchPathOutput
      mesonBool
      mesonEnable
      mesonOption
      nameFromURL
      optionalString
      removePrefix
      removeSuffix
      replaceString
      splitString
      splitStringBy
      stringAsChars
      stringToCharacters
      toCamelCase
      toInt
      toIntBase10
      toLower
      toSentenceCase
      toShellVar
      toShellVars
      toUpper
      trim
      trimWith
      upperChars
      versionAtLeast
      versionOlder
      withFeature
      withFeatureAs
      ;
  }
)
