# Source trees without what does not belong to the source.
{ lib }:
let
  inherit (builtins)
    any
    match
    pathExists
    readFile
    substring
    ;
  inherit (lib.sources)
    cleanSourceFilter
    cleanSourceWith
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

  # The commit that is checked out, from the `.git` folder, or the file that stands for it in a work tree.
  commit =
    file:
    let
      head = file + "/HEAD";
      packed = file + "/packed-refs";
      # Branches of a work tree are in the folder of the repository.
      shared = file + "/commondir";
      trimmed = path: lib.strings.removeSuffix "\n" (readFile path);
      target = match "gitdir: (.*)" (trimmed file);
      reference = match "ref: (.*)" (trimmed head);
      name = builtins.head reference;
      main = if pathExists shared then file + "/${trimmed shared}" else file;
      found = match ".*\n([0-9a-f]{40,64}) ${lib.strings.escapeRegex name}\n.*" ("\n" + readFile (main + "/packed-refs"));
    in
    if lib.filesystem.pathIsRegularFile file then
      (
        if target == null then
          { error = "File contains no gitdir reference: ${toString file}"; }
        else
          commit (if hasPrefix "/" (builtins.head target) then /. + builtins.head target else dirOf file + "/${builtins.head target}")
      )
    else if !pathExists head then
      { error = "Not a .git directory: ${toString file}"; }
    else if reference == null then
      { value = trimmed head; }
    else if pathExists (main + "/${name}") then
      { value = trimmed (main + "/${name}"); }
    else if pathExists (main + "/packed-refs") && found != null then
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
  inherit (builtins) filterSource;

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
  # The beginning of a commit's hash; a tag without what stands before its number.
  shortRev =
    rev:
    let
      name = baseNameOf (toString rev);
      version = match "[vV]([0-9].*)" name;
    in
    if match "[a-f0-9]+" name != null then
      substring 0 7 name
    else if version != null then
      builtins.head version
    else
      name;
  revOrTag =
    rev: tag:
    if tag != null then
      tag
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
  # Kinds: "source", "versioned" with the revision, "full" with a suffix as well.
  repoRevToName =
    kind:
    let
      part = text: if text == null then "" else "-${text}";
      revision = rev: if rev == null then "" else part (lib.sources.shortRev rev);
    in
    {
      source =
        _repo: _rev: _suffix:
        "source";
      versioned =
        repo: rev: _suffix:
        "${lib.sources.urlToName repo}${revision rev}-source";
      full =
        repo: rev: suffix:
        "${lib.sources.urlToName repo}${revision rev}${part suffix}-source";
    }
    .${kind} or (throw "repoRevToName: invalid kind");
}
