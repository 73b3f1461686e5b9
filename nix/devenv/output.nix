# The part of a configuration that a project is about: the options that its modules set, of a set only the attributes
# that they name, with `env`, `packages` and `services.model-repo` in any case.
#
# modules     the project's modules
# argument    name -> the module argument of that name
# config      the configuration
#
# Only names are looked at here, so that a value which fails does so where it is printed.
{ lib }:
{
  modules,
  argument,
  config,
}:
let
  inherit (import ./types.nix { inherit lib; }) isSet;

  isPath = value: builtins.isPath value || builtins.isString value || (builtins.isAttrs value && value ? outPath);

  # { key, value }: a module, evaluated as far as a set. The key of a file is its path, which ends circles of imports.
  load =
    parent: index: module:
    let
      imported = if isPath module then import module else module;
      function = if builtins.isAttrs imported && imported ? __functor then imported.__functor imported else imported;
    in
    {
      key = if isPath module then toString module else module.key or "${parent}:${toString index}";
      value =
        if builtins.isFunction function then
          function (builtins.mapAttrs (name: _: argument name) (builtins.functionArgs function) // { inherit config lib; })
        else
          imported;
    };
  loadAll = parent: list: lib.imap0 (load parent) list;

  loaded = builtins.filter (item: !(lib.hasPrefix "nixlite:" item.key)) (
    builtins.genericClosure {
      startSet = loadAll "project" modules;
      operator = item: if lib.hasPrefix "nixlite:" item.key then [ ] else loadAll item.key (item.value.imports or [ ]);
    }
  );

  # What a module sets, be it in `config` or at its top.
  settings =
    item:
    if item.value ? config || item.value ? options then
      item.value.config or { }
    else
      builtins.removeAttrs item.value [
        "_class"
        "_file"
        "disabledModules"
        "freeformType"
        "imports"
        "key"
        "meta"
      ];

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
    in
    if isSet value && given != [ ] && builtins.all isSet given then named given value else value;
  named =
    given: value:
    builtins.listToAttrs (
      builtins.concatMap (
        name:
        lib.optional (value ? ${name}) {
          inherit name;
          value = defined (builtins.catAttrs name given) value.${name};
        }
      ) (builtins.attrNames (builtins.foldl' (all: set: all // set) { } given))
    );

  own = named (builtins.concatMap resolve (map settings loaded)) (
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
