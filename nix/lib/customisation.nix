# Functions that can be called again with other arguments, packages made from functions, scopes of packages.
{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    head
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    seq
    unsafeGetAttrPos
    ;
  inherit (lib.attrsets) isDerivation optionalAttrs;
  inherit (lib.customisation)
    callPackageWith
    extendDerivation
    makeOverridable
    makeScope
    makeScopeWithSplicing'
    overrideDerivation
    ;
  inherit (lib.fixedPoints) extends;
  inherit (lib.trivial)
    functionArgs
    isFunction
    mirrorFunctionArgs
    setFunctionArgs
    toFunction
    ;

  loadFunction = value: if isFunction value then value else import value;

  # Formals that neither the scope nor the caller gives, and what is near them by name.
  missingArgument =
    scope: arguments: function: names:
    let
      name = head names;
      formals = functionArgs function;
      position = unsafeGetAttrPos name formals;
      known = attrNames (scope // arguments);
      near = lib.lists.take 3 (
        lib.lists.sortOn (lib.strings.levenshtein name) (filter (lib.strings.levenshteinAtMost 2 name) known)
      );
      quoted = map (suggestion: "\"${suggestion}\"") near;
      hint =
        if near == [ ] then
          ""
        else if builtins.length near == 1 then
          ", did you mean ${head quoted}?"
        else
          ", did you mean ${builtins.concatStringsSep ", " (lib.lists.init quoted)} or ${lib.lists.last quoted}?";
      place =
        if position != null then
          "${position.file}:${toString position.line}"
        else
          "<unknown location>";
    in
    "lib.customisation.callPackageWith: Function called without required argument \"${name}\" at ${place}${hint}";
in
{
  # A derivation from the attributes of another; better ways are `override` and `overrideAttrs`.
  overrideDerivation =
    drv: change:
    let
      new = derivation (drv.drvAttrs // change drv);
    in
    extendDerivation (seq drv.drvPath true) (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // drv.passthru or { }
      // optionalAttrs (drv ? __spliced) {
        __spliced = { } // mapAttrs (_: spliced: overrideDerivation spliced change) drv.__spliced;
      }
    ) new;

  # The result of the function gets `override`, which calls the function with changed arguments.
  makeOverridable =
    function:
    let
      mirror = mirrorFunctionArgs function;
      # A function that is a set keeps its other attributes.
      decorate =
        overridable:
        if isAttrs function then
          function
          // setFunctionArgs overridable (functionArgs function)
          // optionalAttrs (function ? override) {
            override = arguments: makeOverridable (function.override arguments);
          }
        else
          mirror overridable;
    in
    decorate (
      arguments:
      let
        result = function arguments;
        changed = change: arguments // (if isFunction change then change arguments else change);
        override = mirror (change: makeOverridable function (changed change));
        overrideResult = change: makeOverridable (mirror (arguments: change (function arguments))) arguments;
      in
      if isAttrs result then
        result
        // {
          inherit override;
          overrideDerivation = change: overrideResult (drv: overrideDerivation drv change);
          ${if result ? overrideAttrs then "overrideAttrs" else null} = change: overrideResult (drv: drv.overrideAttrs change);
        }
      else if isFunction result then
        setFunctionArgs result (functionArgs result) // { inherit override; }
      else
        result
    );

  # Calls a function, or the one in a file, with the arguments it names taken from a scope.
  callPackageWith =
    scope: value: arguments:
    let
      function = loadFunction value;
      formals = functionArgs function;
      given = intersectAttrs formals scope // arguments;
      missing = filter (name: !(formals.${name} || given ? ${name})) (attrNames formals);
    in
    if missing == [ ] then makeOverridable function given else abort (missingArgument scope arguments function missing);

  # The same for a function that returns a set of packages: each can be overridden.
  callPackagesWith =
    scope: value: arguments:
    let
      function = loadFunction value;
      given = intersectAttrs (functionArgs function) scope // arguments;
      packages = function given;
      member = name: makeOverridable (mirrorFunctionArgs function (arguments: (function arguments).${name})) given;
    in
    if isDerivation packages then
      throw (
        "function `callPackages` was called on a *single* derivation "
        + "\"${packages.name or "<unknown-name>"}\";"
        + " did you mean to use `callPackage` instead?"
      )
    else
      mapAttrs (name: _: member name) packages;

  # A derivation with more attributes on it and on each output; `condition` holds before it is used.
  extendDerivation =
    condition: passthru: drv:
    let
      names = drv.outputs or [ "out" ];
      common = drv // outputs // { all = map (name: outputs.${name}) names; } // passthru;
      outputs = listToAttrs (
        map (name: {
          inherit name;
          value =
            common
            // {
              inherit (drv.${name}) type outputName;
              outputSpecified = true;
              drvPath =
                assert condition;
                drv.${name}.drvPath;
              outPath =
                assert condition;
                drv.${name}.outPath;
            }
            // optionalAttrs (passthru ? overrideAttrs) {
              overrideAttrs = change: (passthru.overrideAttrs change).${name};
            };
        }) names
      );
    in
    common
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };

  # A builder of derivations on top of another one.
  extendMkDerivation =
    {
      constructDrv,
      extendDrvArgs,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      inheritFunctionArgs ? true,
      transformDrv ? (drv: drv),
    }:
    setFunctionArgs (
      value:
      transformDrv (
        constructDrv (
          final:
          let
            previous = toFunction value final;
          in
          builtins.removeAttrs previous excludeDrvArgNames // extendDrvArgs final previous
        )
      )
    ) (builtins.removeAttrs (functionArgs (extendDrvArgs { }) // optionalAttrs inheritFunctionArgs (functionArgs constructDrv)) excludeFunctionArgNames);

  # What a build farm needs of a derivation, already forced.
  hydraJob =
    drv:
    let
      names = drv.outputs or [ "out" ];
      common = {
        inherit (drv) name system meta;
        outputs = names;
      }
      // optionalAttrs (drv._hydraAggregate or false) {
        _hydraAggregate = true;
        constituents = map lib.customisation.hydraJob (lib.lists.flatten drv.constituents);
      }
      // listToAttrs outputs;
      outputs = map (name: {
        inherit name;
        value = common // {
          outPath = drv.${name}.outPath;
          drvPath = drv.${name}.drvPath;
          type = "derivation";
          outputName = name;
        };
      }) names;
      forced = builtins.deepSeq (map (entry: [ entry.value.outPath ]) outputs) common;
    in
    if drv == null then null else forced // (head outputs).value;

  # A set of packages that sees itself: `callPackage` in it looks there first.
  makeScope =
    newScope: function:
    let
      defaults = {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
      };
      self = defaults // function self // {
        overrideScope = overlay: makeScope newScope (extends overlay function);
        packages = function;
      };
    in
    self;

  makeScopeWithSplicing =
    splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } {
      inherit
        otherSplices
        keep
        extra
        f
        ;
    };
  makeScopeWithSplicing' =
    {
      splicePackages,
      newScope,
    }:
    {
      otherSplices,
      keep ? (_: { }),
      extra ? (_: { }),
      f,
    }:
    let
      spliced =
        extra sets
        // splicePackages {
          pkgsBuildBuild = otherSplices.selfBuildBuild;
          pkgsBuildHost = otherSplices.selfBuildHost;
          pkgsBuildTarget = otherSplices.selfBuildTarget;
          pkgsHostHost = otherSplices.selfHostHost;
          pkgsHostTarget = self;
          pkgsTargetTarget = otherSplices.selfTargetTarget;
        }
        // keep self;
      sets = spliced;
      self = f self // {
        newScope = scope: newScope (spliced // scope);
        callPackage = newScope spliced;
        overrideScope = overlay: makeScopeWithSplicing' { inherit splicePackages newScope; } {
          inherit otherSplices keep extra;
          f = extends overlay f;
        };
        packages = f;
      };
    in
    self;

  # Build, host and target in pairs.
  mapCrossIndex =
    function: index: mapAttrs (_: function) { inherit (index) buildBuild buildHost buildTarget hostHost hostTarget targetTarget; };
  renameCrossIndexFrom =
    prefix: set: listToAttrs (
      map (suffix: {
        name = lib.strings.toLower (builtins.substring 0 1 suffix) + builtins.substring 1 (-1) suffix;
        value = set."${prefix}${suffix}";
      }) [ "BuildBuild" "BuildHost" "BuildTarget" "HostHost" "HostTarget" "TargetTarget" ]
    );
  renameCrossIndexTo =
    prefix: index: lib.attrsets.mapAttrs' (name: value: lib.attrsets.nameValuePair "${prefix}${lib.strings.toUpper (builtins.substring 0 1 name)}${builtins.substring 1 (-1) name}" value) index;
}
