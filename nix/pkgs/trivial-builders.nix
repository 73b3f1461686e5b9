# Files and folders of links that are written by a small script.
{
  lib,
  pkgs,
  placeholder,
}:
let
  inherit (builtins) concatStringsSep toString;
  inherit (pkgs.stdenv) mkDerivation;
  shebang = "#!/usr/bin/env bash\n";

  # No cache has what these make, since the tools that they name are placeholders.
  runCommand =
    name: environment: buildCommand:
    mkDerivation (
      {
        inherit name buildCommand;
        preferLocalBuild = true;
        allowSubstitutes = false;
      }
      // environment
    );

  # The text goes through a file where it is longer than a variable may be.
  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      meta ? { },
      passthru ? { },
      derivationArgs ? { },
      ...
    }:
    runCommand name
      (
        {
          inherit
            text
            checkPhase
            meta
            passthru
            destination
            ;
          executable = if executable then "1" else "";
        }
        // lib.optionalAttrs (builtins.stringLength text > 100000) { passAsFile = [ "text" ]; }
        // derivationArgs
      )
      ''
        target=$out$destination
        case $destination in */*) mkdir -p "''${target%/*}" ;; esac
        if [ -n "$textPath" ]; then cat "$textPath" > "$target"; else printf '%s' "$text" > "$target"; fi
        if [ -n "$executable" ]; then chmod +x "$target"; fi
        eval "$checkPhase"
      '';

  writeText = name: text: writeTextFile { inherit name text; };
  writeScript = name: text: writeTextFile { inherit name text; executable = true; };
  writeScriptBin =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
      destination = "/bin/${name}";
      meta.mainProgram = name;
    };

  linkFarm =
    name: entries:
    let
      pairs =
        if builtins.isAttrs entries then
          lib.mapAttrsToList (name: path: { inherit name path; }) entries
        else
          entries;
    in
    runCommand name
      {
        passthru.entries = builtins.listToAttrs (map ({ name, path }: { inherit name; value = path; }) pairs);
      }
      ''
        mkdir -p "$out"
        cd "$out"
        ${lib.concatMapStrings (
          { name, path }:
          ''
            mkdir -p "$(dirname ${lib.escapeShellArg name})"
            ln -s ${lib.escapeShellArg "${path}"} ${lib.escapeShellArg name}
          ''
        ) pairs}
      '';

  # Joins folders: real folders, links to the files. The first of two equal names wins.
  joined = ''
    mkdir -p "$out"
    for tree in $paths; do
      for part in ''${pathsToLink:-/}; do
        [ -e "$tree$part" ] || continue
        (cd "$tree" && find -L ".$part" -type d) | while IFS= read -r folder; do mkdir -p "$out/$folder"; done
        (cd "$tree" && find -L ".$part" ! -type d) | while IFS= read -r file; do
          [ -e "$out/$file" ] || ln -s "$tree/$file" "$out/$file"
        done
      done
    done
    eval "$postBuild"
  '';

  join =
    {
      name,
      paths,
      pathsToLink ? [ ],
      postBuild ? "",
      nativeBuildInputs ? [ ],
      buildInputs ? [ ],
      meta ? { },
      passthru ? { },
      ...
    }:
    runCommand name {
      inherit
        paths
        pathsToLink
        postBuild
        nativeBuildInputs
        buildInputs
        meta
        passthru
        ;
    } joined;
in
{
  inherit
    runCommand
    writeTextFile
    writeText
    writeScript
    writeScriptBin
    linkFarm
    ;
  runCommandLocal = runCommand;
  runCommandNoCC = runCommand;
  runCommandCC = runCommand;

  writeTextDir =
    path: text:
    writeTextFile {
      name = baseNameOf path;
      inherit text;
      destination = "/${path}";
    };
  writeShellScript = name: text: writeScript name (shebang + text);
  writeShellScriptBin = name: text: writeScriptBin name (shebang + text);

  # A script that stops at the first error, with programs of its own first on PATH.
  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      runtimeEnv ? { },
      bashOptions ? [
        "errexit"
        "nounset"
        "pipefail"
      ],
      meta ? { },
      passthru ? { },
      ...
    }:
    writeTextFile {
      inherit name passthru;
      executable = true;
      destination = "/bin/${name}";
      meta = {
        mainProgram = name;
      }
      // meta;
      text =
        shebang
        + lib.concatMapStrings (option: "set -o ${option}\n") bashOptions
        + lib.concatStrings (
          lib.mapAttrsToList (name: value: ''
            export ${name}=${lib.escapeShellArg (toString value)}
          '') runtimeEnv
        )
        + lib.optionalString (runtimeInputs != [ ]) ''
          export PATH="${concatStringsSep ":" (map (input: "${lib.getBin input}/bin") runtimeInputs)}:$PATH"
        ''
        + "\n${text}\n";
    };

  linkFarmFromDrvs = name: packages: linkFarm name (map (path: { inherit (path) name; inherit path; }) packages);
  symlinkJoin = { name ? "${pname}-${version}", pname ? null, version ? "", ... }@given: join (given // { inherit name; });
  buildEnv = join;
  concatTextFile =
    { name, files, executable ? false, destination ? "", ... }:
    runCommand name
      {
        inherit files destination;
        executable = if executable then "1" else "";
      }
      ''
        target=$out$destination
        case $destination in */*) mkdir -p "''${target%/*}" ;; esac
        cat $files > "$target"
        if [ -n "$executable" ]; then chmod +x "$target"; fi
      '';
  concatText = name: files: runCommand name { inherit files; } ''cat $files > "$out"'';
  emptyFile = writeText "empty-file" "";
  emptyDirectory = runCommand "empty-directory" { } ''mkdir "$out"'';
}
