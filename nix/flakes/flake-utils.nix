# flake-utils: outputs of a flake for several systems.
{
  lib,
  systems,
  allSystems,
}:
let
  # Adds the set that `function system` answers, with each of its attributes put under the system's name.
  eachSystemOp =
    combine: names: function:
    builtins.foldl' (combine function) { } names;

  eachSystem = eachSystemOp (
    function: all: system:
    let
      outputs = function system;
    in
    builtins.foldl' (
      sum: name:
      sum
      // {
        ${name} = (sum.${name} or { }) // {
          ${system} = outputs.${name};
        };
      }
    ) all (builtins.attrNames outputs)
  );

  # Leaves of a tree of packages, their names joined by slashes.
  flattenTree =
    let
      walk =
        prefix: tree:
        builtins.concatMap (
          name:
          let
            value = tree.${name};
            path = prefix + name;
          in
          if lib.isDerivation value then
            [
              {
                name = path;
                inherit value;
              }
            ]
          else if builtins.isAttrs value && value.recurseForDerivations or false then
            walk "${path}/" value
          else
            [ ]
        ) (builtins.attrNames tree);
    in
    tree: builtins.listToAttrs (walk "" tree);
in
{
  lib = {
    inherit eachSystem flattenTree allSystems;
    defaultSystems = systems;
    system = lib.genAttrs allSystems (name: name);
    eachDefaultSystem = eachSystem systems;
    eachSystemMap = lib.genAttrs;
    eachDefaultSystemMap = lib.genAttrs systems;
    # The outputs as they are: the systems only choose which ones are looked at.
    eachSystemPassThrough = eachSystemOp (
      function: all: system:
      lib.recursiveUpdate all (function system)
    );
    eachDefaultSystemPassThrough = eachSystemOp (
      function: all: system:
      lib.recursiveUpdate all (function system)
    ) systems;
    mkApp =
      {
        drv,
        name ? drv.pname or drv.name,
        exePath ? drv.passthru.exePath or "/bin/${name}",
      }:
      {
        type = "app";
        program = "${drv}${exePath}";
      };
    filterPackages =
      system: packages:
      lib.filterAttrs (
        _: package:
        lib.isDerivation package
        && builtins.elem system (package.meta.hydraPlatforms or package.meta.platforms or [ system ])
        && !(package.meta.broken or false)
      ) packages;
    check-utils = throw "flake-utils.lib.check-utils is not bundled";
  };
}
