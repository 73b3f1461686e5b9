# Functions on attribute sets.
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    concatMap
    elemAt
    filter
    foldl'
    getAttr
    hasAttr
    head
    intersectAttrs
    isAttrs
    length
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (lib.attrsets)
    attrByPath
    collect
    filterAttrs
    genAttrs
    getFirstOutput
    getOutput
    hasAttrByPath
    mapAttrsRecursiveCond
    mapAttrsToListRecursiveCond
    mapAttrsToList
    nameValuePair
    recursiveUpdateUntil
    setAttrByPath
    zipAttrsWithNames
    ;

in
{
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  # Access by path.
  attrByPath =
    path: default: set:
    let
      count = length path;
      from =
        index: value:
        if index == count then
          value
        else
          let
            name = elemAt path index;
          in
          if value ? ${name} then from (index + 1) value.${name} else default;
    in
    from 0 set;
  hasAttrByPath =
    path: set:
    let
      count = length path;
      from =
        index: value:
        index == count
        || (
          let
            name = elemAt path index;
          in
          value ? ${name} && from (index + 1) value.${name}
        );
    in
    from 0 set;
  # The longest beginning of the path that exists in the set.
  longestValidPathPrefix =
    path: set:
    let
      count = length path;
      from = index: value: if index < count && value ? ${elemAt path index} then from (index + 1) value.${elemAt path index} else index;
    in
    lib.lists.take (from 0 set) path;
  getAttrFromPath = path: attrByPath path (abort "cannot find attribute '${lib.concatStringsSep "." path}'");
  setAttrByPath =
    path: value:
    let
      count = length path;
      from = index: if index == count then value else { ${elemAt path index} = from (index + 1); };
    in
    from 0;
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: genAttrs names (name: set.${name});
  showAttrPath = path: if path == [ ] then "<root attribute path>" else lib.strings.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  # Each update is { path, update }, applied at once where paths meet in order of the list.
  updateManyAttrsByPath =
    let
      apply =
        depth: updates: present: value:
        let
          here = lib.lists.partition (entry: length entry.path == depth) updates;
          deeper = builtins.groupBy (entry: elemAt entry.path depth) here.wrong;
          current =
            if here.wrong == [ ] then
              { inherit present value; }
            else
              {
                present = true;
                value =
                  if present && !isAttrs value then
                    throw "updateManyAttrsByPath: Path '${lib.showAttrPath (head here.wrong).path}' needs to be updated, but path '${lib.showAttrPath (lib.lists.take depth (head here.wrong).path)}' of the given value is not an attribute set, so we can't update an attribute inside of it."
                  else
                  (if present then value else { })
                  // mapAttrs (name: entries: apply (depth + 1) entries (present && value ? ${name}) (value.${name} or null)) deeper;
              };
          start = if current.present then current.value else throw "updateManyAttrsByPath: Path '${lib.concatStringsSep "." (lib.lists.take depth (head updates).path)}' does not exist in the given value, but the first update to this path tries to access the existing value.";
        in
        if here.right == [ ] then current.value else lib.lists.foldl (result: entry: entry.update result) start here.right;
    in
    updates: set: apply 0 updates true set;

  # Making.
  nameValuePair = name: value: { inherit name value; };
  genAttrs =
    names: function:
    listToAttrs (
      map (name: {
        inherit name;
        value = function name;
      }) names
    );
  genAttrs' = items: function: listToAttrs (map function items);
  optionalAttrs = condition: set: if condition then set else { };
  attrsToList = mapAttrsToList nameValuePair;
  cartesianProduct = lib.attrsets.mapCartesianProduct (set: set);
  mapCartesianProduct =
    function: lists:
    map function (foldl' (sets: name: concatMap (set: map (value: set // { ${name} = value; }) lists.${name}) sets) [ { } ] (attrNames lists));

  # Mapping and filtering.
  filterAttrs = select: set: removeAttrs set (filter (name: !select name set.${name}) (attrNames set));
  filterAttrsRecursive =
    select: set:
    listToAttrs (
      concatMap (
        name:
        let
          value = set.${name};
        in
        if select name value then
          [
            {
              inherit name;
              value = if isAttrs value then lib.attrsets.filterAttrsRecursive select value else value;
            }
          ]
        else
          [ ]
      ) (attrNames set)
    );
  mapAttrs' = function: set: listToAttrs (map (name: function name set.${name}) (attrNames set));
  mapAttrsToList = function: set: map (name: function name set.${name}) (attrNames set);
  concatMapAttrs = function: set: foldl' (result: more: result // more) { } (mapAttrsToList function set);
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    condition: function: set:
    let
      inside = path: mapAttrs (
        name: value:
        let
          here = path ++ [ name ];
        in
        if isAttrs value && condition value then inside here value else function here value
      );
    in
    inside [ ] set;
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    condition: function: set:
    let
      inside =
        path: value:
        if isAttrs value && (path == [ ] || condition path value) then concatMap (name: inside (path ++ [ name ]) value.${name}) (attrNames value) else [ (function path value) ];
    in
    inside [ ] set;
  collect =
    select: value:
    if select value then
      [ value ]
    else if isAttrs value then
      concatMap (collect select) (attrValues value)
    else
      [ ];

  # Folding.
  foldAttrs = operator: initial: sets: zipAttrsWith (_: lib.lists.foldr operator initial) sets;
  foldlAttrs = function: initial: set: foldl' (state: name: function state name set.${name}) initial (attrNames set);
  zipAttrsWithNames =
    names: function: sets:
    listToAttrs (
      map (name: {
        inherit name;
        value = function name (catAttrs name sets);
      }) names
    );
  zipAttrs = zipAttrsWith (_: values: values);

  # Merging.
  # Halves merged first: each attribute is copied log n times instead of n times.
  mergeAttrsList =
    sets:
    let
      between =
        start: end:
        if end - start >= 2 then
          let
            middle = start + (end - start) / 2;
          in
          between start middle // between middle end
        else
          elemAt sets start;
    in
    if sets == [ ] then { } else between 0 (length sets);
  recursiveUpdateUntil =
    stop: left: right:
    let
      inside =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || stop here (elemAt values 1) (head values) then head values else inside here values
        );
    in
    inside [ ] [
      right
      left
    ];
  recursiveUpdate =
    left: right:
    let
      merge = zipAttrsWith (
        _: values: if length values == 1 || !(isAttrs (elemAt values 1) && isAttrs (head values)) then head values else merge values
      );
    in
    merge [
      right
      left
    ];
  overrideExisting = old: new: old // intersectAttrs old new;
  unionOfDisjoint =
    left: right:
    let
      shared = attrNames (intersectAttrs left right);
      mask = genAttrs shared (name: throw "unionOfDisjoint: collision on ${name}; complete list: ${builtins.concatStringsSep " " shared}");
    in
    left // right // mask;
  matchAttrs =
    pattern: set:
    assert isAttrs pattern;
    builtins.all (
      name:
      set ? ${name}
      && (
        let
          wanted = pattern.${name};
          got = set.${name};
        in
        if isAttrs wanted then isAttrs got && lib.attrsets.matchAttrs wanted got else wanted == got
      )
    ) (attrNames pattern);

  # Derivations and their outputs.
  isDerivation = value: value.type or null == "derivation";
  toDerivation =
    path:
    let
      stored = builtins.storePath path;
      result = {
        type = "derivation";
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf stored));
        outPath = stored;
        outputs = [ "out" ];
        out = result;
        outputName = "out";
      };
    in
    result;
  getOutput = output: package: if !package ? outputSpecified || !package.outputSpecified then package.${output} or package.out or package else package;
  getFirstOutput =
    candidates: package:
    let
      output = lib.lists.findFirst (name: package ? ${name}) null candidates;
    in
    if package.outputSpecified or false || output == null then package else package.${output};
  getBin = getOutput "bin";
  getLib = getFirstOutput [
    "lib"
    "out"
  ];
  getStatic = getFirstOutput [
    "static"
    "lib"
    "out"
  ];
  getDev = getOutput "dev";
  getInclude = getFirstOutput [
    "include"
    "dev"
    "out"
  ];
  getMan = getOutput "man";
  chooseDevOutputs = map lib.attrsets.getDev;

  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
