# Metadata of packages: names, priorities, platforms, main programs.
{ lib }:
let
  inherit (builtins)
    any
    isAttrs
    isString
    mapAttrs
    typeOf
    ;
  inherit (lib.attrsets) isDerivation;
  inherit (lib.meta)
    addMetaAttrs
    getExe'
    mapDerivationAttrset
    platformMatch
    setPrio
    updateName
    ;
  inherit (lib.strings) escapeNixIdentifier hasInfix;
in
{
  addMetaAttrs =
    attributes: drv:
    if drv ? overrideAttrs then
      drv.overrideAttrs (old: {
        meta = old.meta or { } // attributes;
      })
    else
      drv // { meta = drv.meta or { } // attributes; };
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };

  setName = name: drv: drv // { inherit name; };
  updateName = update: drv: drv // { name = update drv.name; };
  appendToName =
    suffix:
    updateName (
      name:
      let
        parsed = builtins.parseDrvName name;
      in
      "${parsed.name}-${suffix}-${parsed.version}"
    );

  mapDerivationAttrset = function: set: mapAttrs (_: value: if isDerivation value then function value else value) set;

  defaultPriority = 5;
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  lowPrioSet = mapDerivationAttrset lib.meta.lowPrio;
  hiPrio = setPrio (-10);
  hiPrioSet = mapDerivationAttrset lib.meta.hiPrio;

  # A pattern is a system double or attributes that the platform must have.
  platformMatch =
    platform: element:
    if isString element then
      platform ? system && platform.system == element
    else
      lib.attrsets.matchAttrs (if element ? parsed then element else { parsed = element; }) platform;
  availableOn =
    platform: package:
    (!(package ? meta.platforms) || any (platformMatch platform) package.meta.platforms)
    && !any (platformMatch platform) (package.meta.badPlatforms or [ ]);

  # The path of a package's main program.
  getExe =
    package:
    getExe' package (
      package.meta.mainProgram or (lib.trivial.warn
        "getExe: Package ${
          escapeNixIdentifier package.meta.name or package.pname or package.name
        } does not have the meta.mainProgram attribute. We'll assume that the main program has the same name for now, but this behavior is deprecated, because it leads to surprising errors when the assumption does not hold. If the package has a main program, please set `meta.mainProgram` in its definition to make this warning go away. Otherwise, if the package does not have a main program, or if you don't control its definition, use getExe' to specify the name to the program, such as lib.getExe' foo \"bar\"."
        (lib.strings.getName package)
      )
    );
  getExe' =
    package: name:
    if !isDerivation package then
      throw "lib.meta.getExe': The first argument is of type ${typeOf package}, but it should be a derivation instead."
    else if !isString name then
      throw "lib.meta.getExe': The second argument is of type ${typeOf name}, but it should be a string instead."
    else if hasInfix "/" name then
      throw "lib.meta.getExe': The second argument \"${name}\" is a nested path with a \"/\" character, but it should just be the name of the executable instead."
    else
      "${lib.attrsets.getBin package}/bin/${name}";

  licensesSpdx = builtins.listToAttrs (
    map (license: {
      name = license.spdxId;
      value = license;
    }) (builtins.filter (license: license ? spdxId && !license.deprecated) (builtins.filter isAttrs (builtins.attrValues lib.licenses)))
  );
  getLicenseFromSpdxId =
    id:
    lib.meta.getLicenseFromSpdxIdOr id (
      lib.trivial.warn "getLicenseFromSpdxId: No license with the given SPDX ID found: ${id}" { shortName = id; spdxId = id; }
    );
  getLicenseFromSpdxIdOr =
    let
      byLowerCase = lib.attrsets.mapAttrs' (id: license: lib.attrsets.nameValuePair (lib.strings.toLower id) license) lib.meta.licensesSpdx;
    in
    id: default: byLowerCase.${lib.strings.toLower id} or default;
}
