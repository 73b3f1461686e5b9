# Paths and subpaths: a subpath is relative, never leaves its folder, and starts with `./`.
{ lib }:
let
  inherit (builtins)
    elemAt
    filter
    isPath
    isString
    length
    match
    split
    typeOf
    ;
  inherit (lib.lists) take;
  inherit (lib.path.subpath) isValid;

  # Why a string is no subpath, or null.
  fault =
    value:
    if !isString value then
      "The given value is of type ${typeOf value}, but a string was expected"
    else if value == "" then
      "The given string is empty"
    else if builtins.substring 0 1 value == "/" then
      "The given string \"${value}\" starts with a `/`, representing an absolute path"
    else if match "(.*/)?\\.\\.(/.*)?" value != null then
      "The given string \"${value}\" contains a `..` component, which is not allowed in subpaths"
    else
      null;

  components = value: filter (part: isString part && part != "" && part != ".") (split "/" value);
  fromComponents = parts: "./" + (if parts == [ ] then "." else builtins.concatStringsSep "/" parts);

  # The names from the root down to a path.
  namesOf =
    path:
    let
      from = names: path: if dirOf path == path then { root = path; inherit names; } else from ([ (baseNameOf path) ] ++ names) (dirOf path);
    in
    from [ ] path;

  requirePath =
    function: place: value: result:
    if isPath value then result else throw "lib.path.${function}: ${place} is of type ${typeOf value}, but a path was expected";
in
{
  append =
    path: subpath:
    requirePath "append" "The first argument" path (
      if isValid subpath then path + ("/" + subpath) else throw "lib.path.append: Second argument is not a valid subpath string:\n    ${fault subpath}"
    );

  hasPrefix =
    prefix:
    requirePath "hasPrefix" "First argument" prefix (
      let
        wanted = namesOf prefix;
      in
      path:
      requirePath "hasPrefix" "Second argument" path (
        let
          got = namesOf path;
        in
        wanted.root == got.root && take (length wanted.names) got.names == wanted.names
      )
    );

  removePrefix =
    prefix: path:
    let
      wanted = namesOf prefix;
      got = namesOf path;
    in
    requirePath "removePrefix" "First argument" prefix (
      requirePath "removePrefix" "Second argument" path (
        if wanted.root == got.root && take (length wanted.names) got.names == wanted.names then
          fromComponents (lib.lists.drop (length wanted.names) got.names)
        else
          throw "lib.path.removePrefix: The first path argument \"${toString prefix}\" is not a component-wise prefix of the second path argument \"${toString path}\"."
      )
    );

  splitRoot =
    path:
    requirePath "splitRoot" "Argument" path (
      let
        found = namesOf path;
      in
      {
        inherit (found) root;
        subpath = fromComponents found.names;
      }
    );

  hasStorePathPrefix =
    path:
    requirePath "hasStorePathPrefix" "Argument" path (
      let
        store = (namesOf (/. + builtins.unsafeDiscardStringContext builtins.storeDir)).names;
        got = (namesOf path).names;
        depth = length store;
      in
      length got > depth && take depth got == store && match "[0-9a-df-np-sv-z]{32}-.+" (elemAt got depth) != null
    );

  subpath = {
    isValid = value: fault value == null;

    join =
      subpaths:
      fromComponents (
        builtins.concatLists (
          lib.lists.imap0 (
            index: subpath:
            if isValid subpath then
              components subpath
            else
              throw "lib.path.subpath.join: Element at index ${toString index} is not a valid subpath string:\n    ${fault subpath}"
          ) subpaths
        )
      );

    normalise =
      subpath: if isValid subpath then fromComponents (components subpath) else throw "lib.path.subpath.normalise: Argument is not a valid subpath string:\n    ${fault subpath}";

    components =
      subpath: if isValid subpath then components subpath else throw "lib.path.subpath.components: Argument is not a valid subpath string:\n    ${fault subpath}";
  };
}
