# Inputs of flakes: bundled ones by their address, others as the lock file has them, others fetched.
#
# Everything here is lazy: an input that nobody looks at is neither fetched nor evaluated.
{
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

  # A flake whose files are at `source.outPath`, called with its inputs.
  call =
    source: directory: inputsOf:
    let
      folder = if directory == "" then source.outPath else source.outPath + "/${directory}";
      file = import (folder + "/flake.nix");
      inputs = inputsOf folder file;
      outputs = file.outputs (inputs // { inherit self; });
      self = outputs // removeAttrs source [ "outPath" ] // {
        outPath = folder;
        inherit inputs outputs;
        sourceInfo = source;
        _type = "flake";
      };
    in
    if file ? outputs then self else throw "flake '${toString folder}' lacks attribute 'outputs'";

  # Inputs that `outputs` names and `inputs` does not declare come from the registry.
  declaredBy =
    file:
    let
      implicit = if builtins.isFunction file.outputs then functionArgs file.outputs else { };
    in
    mapAttrs (name: _: { url = "flake:${name}"; }) (removeAttrs implicit [ "self" ]) // removeAttrs (file.inputs or { }) [ "self" ];

  # A fetched tree with its `outPath`.
  fetch =
    folder: declaration:
    let
      url = declaration.url or null;
      local = if url == null then null else match "(path:)?([.][^?]*|/[^?]*)([?].*)?" url;
      path = elemAt local 1;
    in
    if local != null then
      {
        outPath = if substring 0 1 path == "/" then /. + path else folder + "/${path}";
      }
    else if url != null then
      builtins.fetchTree url
    else
      builtins.fetchTree (removeAttrs declaration [ "flake" "follows" "inputs" "dir" "overlays" ]);

  directoryOf =
    declaration:
    let
      found = if declaration ? url then match ".*[?&]dir=([^&#]*).*" declaration.url else null;
    in
    declaration.dir or (if found == null then "" else head found);

  # Inputs without a lock file. `rootInputs` answers those of the root, for `follows`.
  unlocked =
    folder: declared: rootInputs:
    let
      inputs = mapAttrs (
        name: given:
        let
          declaration =
            (if isString given || isPath given then { url = toString given; } else given)
            // (if overrides ? ${name} then { url = overrides.${name}; } else { });
          known = bundled (if declaration ? url then declaration.url else addressOf declaration);
          top = if rootInputs == null then inputs else rootInputs;
          source = fetch folder declaration;
        in
        if declaration ? follows && !(overrides ? ${name}) then
          follow top (splitPath declaration.follows)
        else if known != null then
          known
        else if declaration.flake or true then
          call source (directoryOf declaration) (
            inner: file: unlocked inner (declaredBy file // declaration.inputs or { }) top
          )
        else
          source // { sourceInfo = source; }
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
    lock: declared: folder:
    let
      nodes = mapAttrs (
        _: node:
        let
          known =
            let
              original = bundled (addressOf (node.original or { }));
            in
            if original != null then original else bundled (addressOf (node.locked or { }));
          source =
            if (node.locked.type or "") == "path" && substring 0 1 node.locked.path != "/" then
              { outPath = folder + "/${node.locked.path}"; }
            else
              builtins.fetchTree (removeAttrs node.locked [ "dir" ]);
        in
        if known != null then
          known
        else if node.flake or true then
          call source (node.locked.dir or "") (_: _: inputsOf node)
        else
          source // { sourceInfo = source; }
      ) lock.nodes;
      # A name of a node, or a path of input names from the root.
      nodeName =
        reference:
        if isList reference then
          foldl' (name: input: nodeName lock.nodes.${name}.inputs.${input}) lock.root reference
        else
          reference;
      nodeNamed = name: nodes.${name} or (throw "lock file references missing node '${name}'");
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
    fromNodes // unlocked folder rest fromNodes;

  inputs =
    {
      declared,
      lock,
      folder,
    }:
    if lock == null then unlocked folder declared null else fromLock lock declared folder;
in
{
  inherit inputs;

  flake =
    source: directory: lock:
    call source directory (
      folder: file:
      inputs {
        declared = declaredBy file;
        inherit lock folder;
      }
    );
}
