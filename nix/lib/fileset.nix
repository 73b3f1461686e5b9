# Sets of files below a folder, and sources made of them.
#
# A file set is a base folder and a tree of what is in it. A tree is null (nothing), "directory" (all that is in the
# folder), another type of file (that file), or a set of trees by name. Folders without files are not kept.
{ lib }:
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elemAt
    foldl'
    intersectAttrs
    isAttrs
    isList
    isPath
    isString
    length
    mapAttrs
    pathExists
    readDir
    readFileType
    typeOf
    ;
  inherit (lib.lists) drop imap0 take;

  make = base: tree: {
    _type = "fileset";
    inherit base tree;
    # A file set printed or compared by accident explains itself.
    _noEval = throw "lib.fileset: Directly evaluating a file set is not supported.\n  To turn it into a usable source, use `lib.fileset.toSource`.\n  To pretty-print the contents, use `lib.fileset.trace` or `lib.fileset.traceVal`.";
  };

  isSet = value: value._type or null == "fileset";

  # ---- Paths ----

  namesOf =
    path:
    let
      from = names: path: if dirOf path == path then names else from ([ (baseNameOf path) ] ++ names) (dirOf path);
    in
    from [ ] path;
  commonNames = first: second: lib.lists.commonPrefix first second;
  above = count: path: if count == 0 then path else above (count - 1) (dirOf path);

  # ---- Trees ----

  # The entries of a tree that is a folder.
  entries = path: tree: if tree == "directory" then mapAttrs (name: type: type) (readDir path) else tree;
  isFolder = tree: isAttrs tree || tree == "directory";

  nested = names: tree: if names == [ ] then tree else { ${builtins.head names} = nested (builtins.tail names) tree; };

  unionTree =
    trees:
    let
      present = builtins.filter (tree: tree != null) trees;
    in
    if present == [ ] then
      null
    else if any isString present then
      builtins.head (builtins.filter isString present)
    else if length present == 1 then
      builtins.head present
    else
      builtins.zipAttrsWith (_: unionTree) present;

  intersectTree =
    path: first: second:
    if first == null || second == null then
      null
    else if isString first then
      second
    else if isString second then
      first
    else
      mapAttrs (name: tree: intersectTree (path + "/${name}") tree second.${name}) (intersectAttrs second first);

  differenceTree =
    path: first: second:
    if first == null || isString second then
      null
    else if second == null then
      first
    else if isString first && first != "directory" then
      # A file has nothing below that could be taken away.
      first
    else
      mapAttrs (name: tree: differenceTree (path + "/${name}") tree (second.${name} or null)) (entries path first);

  filterTree =
    select: path: tree:
    if isFolder tree then
      mapAttrs (name: filterTree select (path + "/${name}")) (entries path tree)
    else if tree == null then
      null
    else if
      select (
        let
          name = baseNameOf path;
        in
        {
          inherit name;
          type = tree;
          hasExt = extension: lib.strings.hasSuffix ".${extension}" name;
        }
      )
    then
      tree
    else
      null;

  # Whether any file is in a tree.
  inhabited =
    path: tree:
    if tree == null then
      false
    else if isString tree && tree != "directory" then
      true
    else
      let
        inside = entries path tree;
      in
      any (name: inhabited (path + "/${name}") inside.${name}) (attrNames inside);

  list =
    path: tree:
    if tree == null then
      [ ]
    else if isFolder tree then
      let
        inside = entries path tree;
      in
      concatMap (name: list (path + "/${name}") inside.${name}) (attrNames inside)
    else
      [ path ];

  # What a tree holds: null for no file, "directory" for all files of a folder, the type of a file, or a set of these.
  outline =
    path: tree:
    if tree == null || isString tree && tree != "directory" then
      tree
    else
      let
        there = readDir path;
        inside = mapAttrs (name: outline (path + "/${name}")) (entries path tree);
        present = removeAttrs inside (builtins.filter (name: inside.${name} == null) (attrNames inside));
        isWhole =
          name:
          if inside.${name} or null == null then
            !inhabited (path + "/${name}") there.${name}
          else
            isString inside.${name};
      in
      if present == { } then
        null
      else if builtins.all isWhole (attrNames there) then
        "directory"
      else
        present;

  described = type: if type == "directory" then "all files in directory" else type;

  # Lines that show an outline, as `trace` prints them.
  shown =
    indentation: inside:
    concatMap (
      name:
      let
        entry = inside.${name};
      in
      if isString entry then
        [ "${indentation}- ${name} (${described entry})" ]
      else
        [ "${indentation}- ${name}" ] ++ shown "${indentation}  " entry
    ) (attrNames inside);

  lines =
    set:
    let
      whole = if set.base == null then null else outline set.base set.tree;
    in
    if whole == null then
      [ "(empty)" ]
    else if isString whole then
      [ "${toString set.base} (${described whole})" ]
    else
      [ (toString set.base) ] ++ shown "" whole;

  # ---- Git ----

  # The files of a folder that Git knows of: those that fetching it brings.
  tracked =
    function: argument: path: options:
    let
      fetched = builtins.fetchGit ({ url = path; shallow = true; } // options);
      mirror = from: mapAttrs (name: type: if type == "directory" then mirror (from + "/${name}") else type) (readDir from);
      isInStore = lib.strings.hasPrefix builtins.storeDir (toString path);
    in
    if !isPath path then
      throw "lib.fileset.${function}: Expected the ${argument} to be a path, but it's a ${typeOf path} instead."
    else if readFileType path != "directory" then
      throw "lib.fileset.${function}: Expected the ${argument} (${toString path}) to be a directory, but it's a file instead."
    else if isInStore && !pathExists (path + "/.git") then
      # A copy that was made of a repository's files has nothing else in it.
      make path "directory"
    else if !pathExists (path + "/.git") then
      throw "lib.fileset.${function}: Expected the ${argument} (${toString path}) to point to a local working tree of a Git repository, but it's not."
    else
      make path (mirror fetched.outPath);

  # ---- Arguments ----

  fromPath =
    path:
    let
      type = readFileType path;
    in
    if type == "directory" then make path type else make (dirOf path) { ${baseNameOf path} = type; };

  coerce =
    context: value:
    if isSet value then
      value
    else if value ? _isLibCleanSourceWith then
      throw "${context} is a `lib.sources`-based value, but it should be a file set or a path instead.\n    To convert a `lib.sources`-based value to a file set you can use `lib.fileset.fromSource`.\n    Note that this only works for sources created from paths."
    else if !isPath value then
      (
        if lib.strings.isStringLike value then
          throw "${context} (\"${toString value}\") is a string-like value, but it should be a file set or a path instead.\n    Paths represented as strings are not supported by `lib.fileset`, use `lib.sources` or derivations instead."
        else
          throw "${context} is of type ${typeOf value}, but it should be a file set or a path instead."
      )
    else if !pathExists value then
      throw "${context} (${toString value}) is a path that does not exist.\n    To create a file set from a path that may not exist, use `lib.fileset.maybeMissing`."
    else
      fromPath value;

  # File sets with one base: the folder above all of theirs.
  align =
    sets:
    let
      based = builtins.filter (set: set.base != null) sets;
      paths = map (set: namesOf set.base) based;
      shared = foldl' commonNames (builtins.head paths) (builtins.tail paths);
      depth = length shared;
      first = builtins.head based;
    in
    if based == [ ] then
      {
        base = null;
        trees = map (_: null) sets;
      }
    else
      {
        base = above (length (namesOf first.base) - depth) first.base;
        trees = map (set: if set.base == null then null else nested (drop depth (namesOf set.base)) set.tree) sets;
      };

  combine =
    function: context: first: second:
    let
      aligned = align [
        (coerce "lib.fileset.${context}: First argument" first)
        (coerce "lib.fileset.${context}: Second argument" second)
      ];
    in
    if aligned.base == null then lib.fileset.empty else make aligned.base (function aligned.base (elemAt aligned.trees 0) (elemAt aligned.trees 1));
in
{
  # What the functions here take: a set, or a path that exists.
  isFileset = value: isSet value || (isPath value && pathExists value);
  empty = make null null;

  # A path, or nothing where nothing is there.
  maybeMissing =
    path:
    if !isPath path then
      (
        if lib.strings.isStringLike path then
          throw "lib.fileset.maybeMissing: Argument (\"${toString path}\") is a string-like value, but it should be a path instead."
        else
          throw "lib.fileset.maybeMissing: Argument is of type ${typeOf path}, but it should be a path instead."
      )
    else if pathExists path then
      fromPath path
    else
      lib.fileset.empty;

  union = combine (_: first: second: unionTree [ first second ]) "union";
  unions =
    sets:
    let
      aligned = align (imap0 (index: coerce "lib.fileset.unions: Element ${toString index}") sets);
    in
    if !isList sets then
      throw "lib.fileset.unions: Argument is of type ${typeOf sets}, but it should be a list instead."
    else if aligned.base == null then
      lib.fileset.empty
    else
      make aligned.base (unionTree aligned.trees);
  intersection = combine intersectTree "intersection";
  difference = combine differenceTree "difference";

  # Of the files below a path those for which the predicate holds: { name, type, hasExt }.
  fileFilter =
    select: path:
    if !builtins.isFunction select then
      throw "lib.fileset.fileFilter: First argument is of type ${typeOf select}, but it should be a function instead."
    else if !isPath path then
      throw (
        if isSet path then
          "lib.fileset.fileFilter: Second argument is a file set, but it should be a path instead.\n    If you need to filter files in a file set, use `intersection fileset (fileFilter pred ./.)` instead."
        else
          "lib.fileset.fileFilter: Second argument is of type ${typeOf path}, but it should be a path instead."
      )
    else if !pathExists path then
      throw "lib.fileset.fileFilter: Second argument (${toString path}) is a path that does not exist."
    else
      let
        set = fromPath path;
      in
      make set.base (filterTree select set.base set.tree);

  # Prints what is in a file set, then gives back the other argument.
  trace =
    set:
    let
      coerced = coerce "lib.fileset.trace: Argument" set;
    in
    builtins.seq (foldl' (_: line: builtins.trace line null) null (lines coerced)) (value: value);

  # Prints what is in a file set, and gives it back.
  traceVal =
    set:
    let
      coerced = coerce "lib.fileset.traceVal: Argument" set;
    in
    builtins.seq (foldl' (_: line: builtins.trace line null) null (lines coerced)) coerced;

  gitTracked = path: tracked "gitTracked" "argument" path { };
  gitTrackedWith =
    {
      recurseSubmodules ? false,
    }:
    path:
    if !builtins.isBool recurseSubmodules then
      throw "lib.fileset.gitTrackedWith: Expected the attribute `recurseSubmodules` of the first argument to be a boolean, but it's a ${typeOf recurseSubmodules} instead."
    else
      tracked "gitTrackedWith" "second argument" path { submodules = recurseSubmodules; };

  toList = set: let coerced = coerce "lib.fileset.toList: Argument" set; in if coerced.base == null then [ ] else list coerced.base coerced.tree;

  fromSource =
    source:
    let
      root = source.origSrc or source;
      keep = source.filter or (_: _: true);
      folder =
        path:
        mapAttrs (
          name: type:
          let
            inside = path + "/${name}";
          in
          if !keep (toString inside) type then
            null
          else if type == "directory" then
            folder inside
          else
            type
        ) (readDir path);
    in
    if !isPath root then
      throw "lib.fileset.fromSource: The source origin of the argument is of type ${typeOf root}, but it should be a path instead."
    else if readFileType root == "directory" then
      make root (folder root)
    else
      fromPath root;

  # The files of a set below a root, in the store.
  toSource =
    {
      root,
      fileset,
    }:
    let
      set = coerce "lib.fileset.toSource: `fileset`" fileset;
      rootNames = namesOf root;
      baseNames = namesOf set.base;
      depth = length rootNames;
      tree = if set.base == null then null else nested (drop depth baseNames) set.tree;
      # What lies at a path relative to the root.
      at =
        names: tree:
        if tree == null || isString tree then
          tree
        else if names == [ ] then
          tree
        else
          at (builtins.tail names) (tree.${builtins.head names} or null);
      prefix = builtins.stringLength (toString root) + (if toString root == "/" then 0 else 1);
    in
    if !isPath root then
      (
        if lib.strings.isStringLike root then
          throw "lib.fileset.toSource: `root` (${toString root}) is a string-like value, but it should be a path instead.\n    Paths in strings are not supported by `lib.fileset`, use `lib.sources` or derivations instead."
        else
          throw "lib.fileset.toSource: `root` is of type ${typeOf root}, but it should be a path instead."
      )
    else if !pathExists root then
      throw "lib.fileset.toSource: `root` (${toString root}) is a path that does not exist."
    else if readFileType root != "directory" then
      throw "lib.fileset.toSource: `root` (${toString root}) is a file, but it should be a directory instead. Potential solutions:\n    - If you want to import the file into the store _without_ a containing directory, use string interpolation or `builtins.path` instead of this function.\n    - If you want to import the file into the store _with_ a containing directory, set `root` to the containing directory, such as ${toString (dirOf root)}, and set `fileset` to the file path."
    else if set.base != null && take depth baseNames != rootNames then
      throw "lib.fileset.toSource: `fileset` could contain files in ${toString set.base}, which is not under the `root` (${toString root}). Potential solutions:\n    - Set `root` to ${toString set.base} or any directory higher up. This changes the layout of the resulting store path.\n    - Set `fileset` to a file set that cannot contain files outside the `root` (${toString root}). This could change the files included in the result."
    else
      lib.sources.cleanSourceWith {
        name = "source";
        src = root;
        filter =
          path: type:
          let
            names = builtins.filter isString (builtins.split "/" (builtins.substring prefix (-1) path));
            here = at names tree;
          in
          if type == "directory" then here != null && inhabited (/. + path) here else here != null;
      };
}
