# Source trees without what does not belong to the source.
{ lib }:
let
  inherit (builtins)
    any
    isList
    match
    pathExists
    readFile
    split
    substring
    ;
  inherit (lib.sources)
    cleanSourceFilter
    cleanSourceWith
    commitIdFromGitRepo
    pathHasContext
    ;
  inherit (lib.strings) hasPrefix hasSuffix removePrefix;

  # What a source is made of: the tree, a filter on it, and the name of the result.
  parts =
    source:
    if source ? _isLibCleanSourceWith then
      {
        inherit (source) origSrc filter name;
        filtered = true;
      }
    else
      {
        origSrc = source;
        filter = _: _: true;
        filtered = false;
        name = "source";
      };

  commit =
    path:
    let
      file = path + "/.git";
      head = file + "/HEAD";
      packed = file + "/packed-refs";
      trimmed = path: lib.strings.removeSuffix "\n" (readFile path);
      reference = match "ref: (.*)" (trimmed head);
      name = builtins.head reference;
      found = match ".*\n?([0-9a-f]{40,64}) ${lib.strings.escapeRegex name}\n.*" (readFile packed);
    in
    if lib.filesystem.pathIsRegularFile file then
      # A work tree elsewhere: the file says where its repository is.
      { error = "File contains no valid git work tree reference: ${toString file}"; }
    else if !pathExists head then
      { error = "Not a .git directory: ${toString path}/.git"; }
    else if reference == null then
      { value = trimmed head; }
    else if pathExists (file + "/${name}") then
      { value = trimmed (file + "/${name}"); }
    else if pathExists packed && found != null then
      { value = builtins.head found; }
    else
      { error = "Could not find ${name} in ${toString packed}"; };
in
{
  # What version control systems, editors and `nix-build` leave behind.
  cleanSourceFilter =
    path: type:
    let
      name = baseNameOf (toString path);
    in
    !(
      name == ".git"
      || (type == "directory" && (name == ".svn" || name == "CVS" || name == ".hg" || name == ".jj" || name == ".pijul" || name == "_darcs"))
      || hasSuffix "~" name
      || match "\\.sw[a-z]" name != null
      || match "\\..*\\.sw[a-z]" name != null
      || hasSuffix ".o" name
      || hasSuffix ".so" name
      || (type == "symlink" && hasPrefix "result" name)
      || type == "unknown"
    );

  cleanSource = src: cleanSourceWith {
    filter = cleanSourceFilter;
    inherit src;
  };

  # Filters add up when a source is filtered again; nothing is copied before the path is used.
  cleanSourceWith =
    {
      src,
      filter ? _: _: true,
      name ? null,
    }:
    let
      inner = parts src;
      both = path: type: filter path type && inner.filter path type;
      result = if name == null then inner.name else name;
    in
    {
      _isLibCleanSourceWith = true;
      inherit (inner) origSrc;
      filter = both;
      name = result;
      outPath = builtins.path {
        path = inner.origSrc;
        filter = both;
        name = result;
      };
    };

  trace =
    source:
    let
      inner = parts source;
    in
    cleanSourceWith {
      src = inner.origSrc;
      inherit (inner) name;
      filter =
        path: type:
        let
          keep = inner.filter path type;
        in
        builtins.trace "${inner.name}.filter ${path} = ${lib.trivial.boolToString keep}" keep;
    };

  # Only what matches one of the expressions, relative to the source.
  sourceByRegex =
    src: expressions:
    let
      inner = parts src;
    in
    cleanSourceWith {
      inherit src;
      filter =
        path: _type:
        let
          relative = removePrefix (toString inner.origSrc + "/") (toString path);
        in
        any (expression: match expression relative != null) expressions;
    };
  sourceFilesBySuffices =
    src: suffixes:
    cleanSourceWith {
      inherit src;
      filter = path: type: type == "directory" || any (suffix: hasSuffix suffix (baseNameOf path)) suffixes;
    };
  filterSource = { src, filter }: builtins.filterSource filter src;

  # git.
  pathIsGitRepo = path: commit path ? value;
  commitIdFromGitRepo =
    path:
    let
      found = commit path;
    in
    found.value or (throw found.error);

  pathHasContext = builtins.hasContext;
  canCleanSource = src: src ? _isLibCleanSourceWith || !pathHasContext (toString src);

  # Names of sources in the store.
  shortRev = rev: if match "[a-f0-9]+" rev != null then substring 0 7 rev else rev;
  revOrTag =
    rev: tag:
    if tag != null then
      (if rev != null then throw "cannot use both rev and tag" else tag)
    else if rev != null then
      rev
    else
      "HEAD";
  urlToName =
    url:
    let
      base = baseNameOf (lib.strings.removeSuffix "/" (lib.lists.last (lib.strings.splitString ":" (toString url))));
      stem = match "(.*)\\.git" base;
      name = if stem == null then base else builtins.head stem;
    in
    if name == "" then "source" else name;
  repoRevToName =
    kind: repo: rev:
    let
      name = lib.sources.urlToName repo;
      short = lib.sources.shortRev (baseNameOf rev);
    in
    if kind == "source" then
      "source"
    else if kind == "versioned" then
      "${name}-${short}-source"
    else if kind == "full" then
      "${name}-${short}-source"
    else
      throw "repoRevToName: invalid kind";
}
