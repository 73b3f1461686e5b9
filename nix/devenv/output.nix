# The part of a configuration that a project is about: the options it defines itself, with `env`, `packages` and
# `services.model-repo` in any case.
{ lib }:
let
  inherit (import ./types.nix { inherit lib; }) isSet;

  # The values of a definition whose properties (mkIf, mkMerge, mkForce, …) are resolved.
  resolve =
    value:
    let
      kind = value._type or "";
    in
    if !(builtins.isAttrs value) then
      [ value ]
    else if kind == "if" then
      (if value.condition then resolve value.content else [ ])
    else if kind == "merge" then
      builtins.concatMap resolve value.contents
    else if kind == "override" || kind == "order" then
      resolve value.content
    else
      [ value ];

  # Of `value`, the attributes that the definitions name.
  defined =
    definitions: value:
    let
      given = builtins.concatMap resolve definitions;
      names = builtins.attrNames (builtins.foldl' (all: set: all // set) { } given);
    in
    if isSet value && given != [ ] && builtins.all isSet given then
      builtins.listToAttrs (
        builtins.concatMap (
          name:
          lib.optional (value ? ${name}) {
            inherit name;
            value = defined (builtins.catAttrs name given) value.${name};
          }
        ) names
      )
    else
      value;

  isOurs = file: lib.hasPrefix "nixlite:" (toString file);

  select =
    options: config:
    builtins.foldl' (
      all: name:
      let
        option = options.${name};
        # Sorting the definitions looks at their values; one that throws is shown where it stands.
        attempt = builtins.tryEval (
          builtins.filter (definition: !(isOurs definition.file)) option.definitionsWithLocations
        );
        own = attempt.value;
        inner = select option config.${name};
      in
      if !(options ? ${name}) then
        all // { ${name} = config.${name}; }
      else if lib.isOption option then
        (
          if !attempt.success then
            all // { ${name} = config.${name}; }
          else if own == [ ] then
            all
          else
            all // { ${name} = defined (map (definition: definition.value) own) config.${name}; }
        )
      else if inner == { } then
        all
      else
        all // { ${name} = inner; }
    ) { } (builtins.attrNames config);
in
options: config:
let
  own = select (builtins.removeAttrs options [ "_module" ]) (
    builtins.removeAttrs config [
      "_module"
      "nixlite"
    ]
  );
in
own
// {
  inherit (config) env packages;
  services = (own.services or { }) // {
    inherit (config.services) model-repo;
  };
}
