# Files and folders read during evaluation.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    pathExists
    readDir
    readFileType
    ;
  inherit (lib.filesystem) packagesFromDirectoryRecursive pathIsDirectory;
in
{
  inherit (builtins)
    baseNameOf
    dirOf
    hashFile
    isPath
    readDir
    readFileType
    ;

  # "directory", "regular", "symlink" or "unknown".
  pathType = path: if pathExists path then readFileType path else throw "path '${toString path}' does not exist";
  pathIsDirectory = path: pathExists path && readFileType path == "directory";
  pathIsRegularFile = path: pathExists path && readFileType path == "regular";

  # All files below a folder, those of one folder in the order of their names.
  listFilesRecursive =
    folder:
    let
      entries = readDir folder;
    in
    concatMap (
      name: if entries.${name} == "directory" then lib.filesystem.listFilesRecursive (folder + "/${name}") else [ (folder + "/${name}") ]
    ) (attrNames entries);

  # The nearest folder above that holds a file whose name matches: { path, matches } or null.
  locateDominatingFile =
    pattern: start:
    let
      from =
        path:
        let
          matches = builtins.filter (match: match != null) (map (builtins.match pattern) (attrNames (readDir path)));
          above = dirOf path;
        in
        if matches != [ ] then
          { inherit path matches; }
        else if path == above then
          null
        else
          from above;
      type = readFileType start;
    in
    from (if type == "directory" then start else dirOf start);

  haskellPathsInDir =
    root:
    let
      entries = readDir root;
    in
    builtins.listToAttrs (
      concatMap (
        name:
        let
          path = root + "/${name}";
        in
        if entries.${name} == "directory" && pathExists (path + "/${name}.cabal") then
          [
            {
              inherit name;
              value = path;
            }
          ]
        else
          [ ]
      ) (attrNames entries)
    );

  resolveDefaultNix =
    path:
    if pathIsDirectory path || (builtins.isString path && lib.strings.hasSuffix "/" path) then
      (if builtins.isString path then lib.strings.removeSuffix "/" path else path) + "/default.nix"
    else
      path;

  # A set of packages from a folder: `name.nix` and `name/package.nix` are packages, other folders nested sets.
  packagesFromDirectoryRecursive =
    {
      callPackage,
      directory,
      newScope ? null,
      recurseIntoDirectory ? null,
    }@arguments:
    let
      hasScope = arguments ? newScope;
      default = directory + "/package.nix";
      content =
        self:
        builtins.listToAttrs (
          concatMap (
            name:
            let
              type = (readDir directory).${name};
              path = directory + "/${name}";
            in
            if type == "directory" then
              [
                {
                  inherit name;
                  value = packagesFromDirectoryRecursive (
                    arguments // { directory = path; } // (if hasScope then { inherit (self) callPackage newScope; } else { })
                  );
                }
              ]
            else if type == "regular" && lib.strings.hasSuffix ".nix" name then
              [
                {
                  name = lib.strings.removeSuffix ".nix" name;
                  value = self.callPackage path { };
                }
              ]
            else if type == "regular" then
              [ ]
            else
              throw "lib.filesystem.packagesFromDirectoryRecursive: Unsupported file type ${type} at path ${toString path}"
          ) (attrNames (readDir directory))
        );
    in
    if pathExists default then
      callPackage default { }
    else if hasScope then
      lib.attrsets.recurseIntoAttrs (lib.customisation.makeScope newScope content)
    else
      content { inherit callPackage; };
}
