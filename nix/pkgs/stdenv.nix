# `stdenv` on the machine's own programs: a builder in sh, the usual phases with their hooks, and mkShell.
{
  lib,
  pkgs,
  placeholder,
}:
let
  inherit (pkgs) system;
  platform = lib.systems.elaborate system;

  # Runs before any build: the machine's programs, those of the inputs, and the functions that builders expect.
  prelude = ''
    set -e
    PATH=/usr/local/bin:/usr/bin:/bin
    for input in $buildInputs $nativeBuildInputs; do
      if [ -d "$input/bin" ]; then PATH=$input/bin:$PATH; fi
    done
    export PATH
    runHook() { eval "''${!1-}"; if declare -F "$1" > /dev/null; then "$1"; fi; }
    runPhase() { if declare -F "$1" > /dev/null && [ -z "''${!1-}" ]; then "$1"; else eval "''${!1-}"; fi; }
    substituteInPlace() {
      local files=()
      while [ "$#" -gt 0 ]; do
        case $1 in
          --replace | --replace-fail | --replace-warn | --replace-quiet)
            local from=$2 to=$3 file
            for file in "''${files[@]}"; do
              local text; text=$(cat "$file"; printf x); text=''${text%x}
              printf '%s' "''${text//"$from"/"$to"}" > "$file"
            done
            shift 3 ;;
          *) files+=("$1"); shift ;;
        esac
      done
    }
  '';

  phases = ''
    unpackPhase() {
      runHook preUnpack
      local before=$(ls)
      local archive
      for archive in $srcs $src; do
        case $archive in
          *.tar | *.tar.* | *.tgz) tar xf "$archive" ;;
          *.zip) unzip -q "$archive" ;;
          *) if [ -d "$archive" ]; then cp -r "$archive" "''${archive##*/}"; chmod -R u+w "''${archive##*/}"; else cp "$archive" "''${archive##*/*-}"; fi ;;
        esac
      done
      if [ -z "$sourceRoot" ]; then
        local entry
        for entry in *; do
          if [ -d "$entry" ]; then case " "$before" " in *" $entry "*) ;; *) sourceRoot=$entry ;; esac; fi
        done
      fi
      cd "''${sourceRoot:-.}"
      runHook postUnpack
    }
    patchPhase() {
      runHook prePatch
      local patch
      for patch in $patches; do patch -p1 < "$patch"; done
      runHook postPatch
    }
    configurePhase() {
      runHook preConfigure
      if [ -x ./configure ] && [ -z "$dontConfigure" ]; then ./configure --prefix="$out" $configureFlags; fi
      runHook postConfigure
    }
    buildPhase() {
      runHook preBuild
      if [ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]; then make $makeFlags $buildFlags; fi
      runHook postBuild
    }
    checkPhase() {
      runHook preCheck
      if [ -e Makefile ]; then make $makeFlags check; fi
      runHook postCheck
    }
    installPhase() {
      runHook preInstall
      if [ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]; then make $makeFlags prefix="$out" PREFIX="$out" install; fi
      runHook postInstall
    }
    fixupPhase() { runHook preFixup; runHook postFixup; }
    if [ -n "$buildCommand" ]; then
      eval "$buildCommand"
    else
      if [ -z "$dontUnpack" ]; then runPhase unpackPhase; fi
      if [ -z "$dontPatch" ]; then runPhase patchPhase; fi
      runPhase configurePhase
      if [ -z "$dontBuild" ]; then runPhase buildPhase; fi
      if [ -n "$doCheck" ]; then runPhase checkPhase; fi
      if [ -z "$dontInstall" ]; then runPhase installPhase; fi
      if [ -z "$dontFixup" ]; then runPhase fixupPhase; fi
    fi
  '';

  # Attributes that describe a package and are no part of its build.
  descriptive = [
    "meta"
    "passthru"
    "pos"
    "__nixliteBuilder"
  ];

  mkDerivation =
    given:
    let
      fixed = if builtins.isFunction given then given (fixed // { finalPackage = package; }) else given;
      package = build fixed;
      build =
        attributes:
        let
          name =
            attributes.name or (
              if attributes ? pname then
                "${attributes.pname}-${attributes.version or "0"}"
              else
                throw "mkDerivation: a 'name' or a 'pname' is required"
            );
          environment = {
            buildInputs = [ ];
            nativeBuildInputs = [ ];
          }
          // builtins.removeAttrs attributes (descriptive ++ [ "env" ])
          // (attributes.env or { })
          // {
            inherit name system;
            builder = "/bin/sh";
            args = [
              "-c"
              ''PATH=/usr/local/bin:/usr/bin:/bin exec bash -c "$1" builder''
              "builder"
              (prelude + (attributes.__nixliteBuilder or phases))
            ];
          };
          drv = derivation environment;
          passthru = attributes.passthru or { };
          self =
            drv
            // {
              pname = attributes.pname or (builtins.parseDrvName name).name;
              version = attributes.version or (builtins.parseDrvName name).version;
              meta = {
                inherit name;
              }
              // (attributes.meta or { });
              inherit passthru;
              inherit stdenv;
              out = self;
              overrideAttrs =
                change:
                mkDerivation (
                  attributes
                  // (
                    if builtins.isFunction change then
                      let
                        once = change attributes;
                      in
                      if builtins.isFunction once then change (attributes // { finalPackage = self; }) attributes else once
                    else
                      change
                  )
                );
              overrideDerivation = self.overrideAttrs;
              override = _: self;
            }
            // passthru;
        in
        self;
    in
    package;

  # What a shell is made of; the shell itself is entered by the program, so building it only writes its environment down.
  mkShell =
    {
      name ? "nix-shell",
      packages ? [ ],
      inputsFrom ? [ ],
      buildInputs ? [ ],
      nativeBuildInputs ? [ ],
      shellHook ? "",
      passthru ? { },
      meta ? { },
      ...
    }@given:
    let
      inherited = key: builtins.concatMap (other: other.drvAttrs.${key} or other.${key} or [ ]) inputsFrom;
      hooks = builtins.filter (hook: hook != "") (map (other: other.drvAttrs.shellHook or "") inputsFrom);
    in
    mkDerivation (
      builtins.removeAttrs given [
        "packages"
        "inputsFrom"
        "stdenv"
      ]
      // {
        inherit name passthru meta;
        buildInputs = buildInputs ++ inherited "buildInputs";
        nativeBuildInputs = packages ++ nativeBuildInputs ++ inherited "nativeBuildInputs";
        shellHook = builtins.concatStringsSep "\n" (hooks ++ [ shellHook ]);
        __nixliteBuilder = ''
          export -p > "$out"
        '';
      }
    );
  shellFunction = {
    __functor = _: mkShell;
    override = _: shellFunction;
  };

  stdenv = placeholder "stdenv" // {
    inherit mkDerivation system;
    hostPlatform = platform;
    buildPlatform = platform;
    targetPlatform = platform;
    inherit (platform) isLinux isDarwin isx86_64 isAarch64;
    shell = "/bin/sh";
    override = _: stdenv;
  };
in
{
  inherit stdenv;
  stdenvNoCC = stdenv;
  mkShell = shellFunction;
  mkShellNoCC = shellFunction;
}
