# Inputs of flakes: bundled ones by their address, others as the lock file has them, others fetched.
#
# Everything here is lazy: an input that nobody looks at is neither fetched nor evaluated.
{
  nixlite,
  bundle,
  locked,
  overrides,
}:
let
  inherit (builtins)
    attrNames
    elemAt
    filter
    foldl'
    functionArgs
    hasAttr
    head
    isList
    isPath
    isString
    length
    listToAttrs
    mapAttrs
    match
    removeAttrs
    split
    substring
    tail
    ;

  splitPath = text: filter (part: isString part && part != "") (split "/" text);

  # The address of an input in attributes, for the table of bundled flakes; null where it has none.
  addressOf =
    reference:
    let
      type = reference.type or "";
    in
    if type == "github" || type == "gitlab" || type == "sourcehut" then
      "${type}:${reference.owner}/${reference.repo}"
    else if type == "indirect" then
      "flake:${reference.id}"
    else
      reference.url or null;

  bundled =
    address:
    let
      found = if address == null || !isString address then null else bundle.input address;
    in
    if found == null || locked then null else found // { _bundled = true; };

  # A flake at a place, `{ source, folder }`: a fetched tree, and the folder of it that has the flake.nix.
  call =
    place: inputsOf:
    let
      file = import (place.folder + "/flake.nix");
      inputs = inputsOf place file;
      outputs = file.outputs (inputs // { inherit self; });
      self = outputs // removeAttrs place.source [ "outPath" ] // {
        outPath = place.folder;
        inherit inputs outputs;
        sourceInfo = place.source;
        _type = "flake";
      };
    in
    if file ? outputs then self else throw "flake '${toString place.folder}' lacks attribute 'outputs'";

  # Without a flake.nix: the tree.
  plain = place: place.source // {
    outPath = place.folder;
    sourceInfo = place.source;
  };

  placeOf =
    source: directory:
    atFolder {
      inherit source;
      folder = source.outPath;
    } directory;

  atFolder =
    place: directory: if directory == "" then place else place // { folder = place.folder + "/${directory}"; };

  # Inputs that `outputs` names and `inputs` does not declare come from the registry.
  declaredBy =
    file:
    let
      implicit = if builtins.isFunction file.outputs then functionArgs file.outputs else { };
    in
    mapAttrs (name: _: { url = "flake:${name}"; }) (removeAttrs implicit [ "self" ]) // removeAttrs (file.inputs or { }) [ "self" ];

  # Where an input is that the flake at `parent` declares.
  fetch =
    parent: declaration:
    let
      url = declaration.url or null;
      local = if url == null then null else match "(path:)?([.][^?]*|/[^?]*)([?].*)?" url;
      path = elemAt local 1;
      isTree = elemAt local 0 == null && builtins.pathExists "${path}/.git";
      reference =
        if local == null then
          if url == null then removeAttrs declaration [ "flake" "follows" "inputs" "dir" "overlays" ] else url
        else if isTree then
          {
            type = "git";
            url = "file://${path}";
          }
        else
          {
            type = "path";
            inherit path;
          };
    in
    if local != null && substring 0 1 path == "." then
      atFolder (parent // { folder = parent.folder + "/${path}"; }) (directoryOf declaration)
    else
      placeOf (nixlite.fetchInput reference) (directoryOf declaration);

  directoryOf =
    declaration:
    let
      found = if declaration ? url then match ".*[?&]dir=([^&#]*).*" declaration.url else null;
    in
    declaration.dir or (if found == null then "" else head found);

  # Inputs without a lock file. `rootInputs` answers those of the root, for `follows`.
  unlocked =
    parent: declared: rootInputs:
    let
      inputs = mapAttrs (
        name: given:
        let
          declaration =
            (if isString given || isPath given then { url = toString given; } else given)
            // (if overrides ? ${name} then { url = overrides.${name}; } else { });
          known = bundled (if declaration ? url then declaration.url else addressOf declaration);
          top = if rootInputs == null then inputs else rootInputs;
          place = fetch parent declaration;
        in
        if declaration ? follows && !(overrides ? ${name}) then
          follow top (splitPath declaration.follows)
        else if known != null then
          known
        else if declaration.flake or true then
          call place (inner: file: unlocked inner (declaredBy file // declaration.inputs or { }) top)
        else
          plain place
      ) declared;
    in
    inputs;

  follow =
    inputs: path:
    let
      input =
        inputs.${head path}
          or (throw "input '${builtins.concatStringsSep "/" path}' that another input follows does not exist");
    in
    if path == [ ] then
      throw "an input follows nothing"
    else if length path == 1 then
      input
    else
      follow (input.inputs or { }) (tail path);

  # Inputs with a lock file (version 5 to 7): a graph of nodes.
  fromLock =
    lock: declared: root:
    let
      # Every node with the place that relative inputs of it start from.
      nodes = mapAttrs (
        _: node:
        let
          known =
            let
              original = bundled (addressOf (node.original or { }));
            in
            if original != null then original else bundled (addressOf (node.locked or { }));
          parent =
            let
              path = node.parent or [ ];
            in
            if path == [ ] then root else nodes.${nodeName path}.place;
          directory = node.locked.dir or "";
          place =
            if (node.locked.type or "") == "path" && substring 0 1 node.locked.path != "/" then
              atFolder (parent // { folder = parent.folder + "/${node.locked.path}"; }) directory
            else
              placeOf (nixlite.fetchInput (removeAttrs node.locked [ "dir" ])) directory;
        in
        {
          inherit place;
          value =
            if known != null then
              known
            else if node.flake or true then
              call place (_: _: inputsOf node)
            else
              plain place;
        }
      ) lock.nodes;
      # A name of a node, or a path of input names from the root.
      nodeName =
        reference:
        if isList reference then
          foldl' (name: input: nodeName lock.nodes.${name}.inputs.${input}) lock.root reference
        else
          reference;
      nodeNamed = name: (nodes.${name} or (throw "lock file references missing node '${name}'")).value;
      inputsOf = node: mapAttrs (_: reference: nodeNamed (nodeName reference)) (node.inputs or { });
      fromNodes = inputsOf lock.nodes.${lock.root};
      # What the file declares and the lock file does not have yet, or the command line sets.
      rest = listToAttrs (
        map (name: {
          inherit name;
          value = declared.${name};
        }) (filter (name: !(hasAttr name fromNodes) || hasAttr name overrides) (attrNames declared))
      );
    in
    fromNodes // unlocked root rest fromNodes;

  inputs =
    {
      declared,
      lock,
      place,
    }:
    if lock == null then unlocked place declared null else fromLock lock declared place;
in
{
  # `place` is where the flake is that declares them: `{ source, folder }`.
  inherit inputs;

  flake =
    source: directory: lock:
    call (placeOf source directory) (
      place: file:
      inputs {
        declared = declaredBy file;
        inherit lock place;
      }
    );
}
