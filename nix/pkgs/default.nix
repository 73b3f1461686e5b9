# A `pkgs` without nixpkgs: helpers that are real, and a placeholder for every package that nobody has built.
#
# The host passes `nixlite`, two functions that no other file can reach:
#
#   nixlite.openAttrs { known = { … }; fallback = name: value; }
#     An attribute set that answers any name. It has the attributes of `known`; where another name is selected,
#     `fallback name` is called and its answer is the attribute's value, null meaning that there is none. In detail:
#     - `set.name`, `inherit (set) name` and a formal without default of `{ name, … }: …` called with the set: fallback.
#     - `with set; name`: every enclosing `with` of a closed set is searched first, innermost first; then the known
#       names of the open ones; then the fallbacks of the open ones, innermost first.
#     - `set ? name`, `set.name or x`, `hasAttr`, `getAttr` under `or`, `attrNames`, `attrValues`, `mapAttrs`, printing,
#       `==`, JSON: known names only. `getAttr name set` without `or` is a selection.
#     - `intersectAttrs formals set`, where `formals` is what `functionArgs` answers (a set of booleans): the fallback
#       for the names whose value is false. With other sets: known names only.
#     - `left // right`: open if one of them is. The fallback is the right one's where right is open, else the left one's.
#     - `removeAttrs set names`: open still, and a removed name falls back.
#   nixlite.notePlaceholder "python3Packages.torch"
#     Evaluates to null and remembers the name, for the one line on standard error that lists what was reached; with
#     `--no-placeholders` it throws instead. It is called when a store path of the placeholder is needed, not before.
#
# A placeholder is an open set made of these in placeholder.nix: a package (`type`, `outPath`, `drvPath`, `meta`, …), a
# function of any number of arguments (`__functor`), and a set of packages (the fallback). Its attribute
# `__nixlitePlaceholder` is its dotted name. Its derivation has the builder `builtin:nixlite-placeholder`, whose
# environment is `name`, `system = "builtin"`, `package` (the dotted name): building it says what is missing. Being callable
# it must not be called where a program calls functions by itself (`nixlite build .#x`): a set with `type = "derivation"` is
# what was asked for.
{
  nixlite,
  lib,
  system,
  overlays ? [ ],
  config ? { },
  path ? null,
}@arguments:
let
  placeholder = import ./placeholder.nix { inherit nixlite system; };
  # Names of the language's own, such as `__toString`, are no packages.
  invent = name: if builtins.substring 0 2 name == "__" then null else placeholder name;

  known =
    final:
    let
      call = file: import file { inherit lib placeholder; pkgs = final; };
      stdenv = call ./stdenv.nix;
      python = call ./python.nix;
      fetchers = call ./fetchers.nix;
      builders = call ./trivial-builders.nix;
    in
    {
      inherit lib system overlays;
      config = {
        allowUnfree = true;
        allowBroken = false;
        allowAliases = true;
      }
      // config;
      pkgs = final;
      path = if path == null then throw "the bundled pkgs has no path: it is not nixpkgs" else path;

      inherit (stdenv) stdenv stdenvNoCC mkShell mkShellNoCC;
      inherit (stdenv.stdenv) hostPlatform buildPlatform targetPlatform;

      callPackage = final.newScope { };
      callPackages = final.newScope { };
      newScope = extra: import ./call-package.nix { inherit lib; } (final // extra);

      appendOverlays =
        more: if more == [ ] then final else import ./. (arguments // { overlays = overlays ++ more; });
      extend = overlay: final.appendOverlays [ overlay ];

      # Programs are looked up on the PATH of the machine.
      runtimeShell = "/bin/sh";

      formats = call ./formats.nix;

      # Spelled out, so that a file is read only when something of it is used.
      inherit (fetchers)
        fetchFromGitHub
        fetchFromGitLab
        fetchgit
        fetchurl
        fetchurlBoot
        fetchzip
        ;
      inherit (builders)
        buildEnv
        concatText
        concatTextFile
        emptyDirectory
        emptyFile
        linkFarm
        linkFarmFromDrvs
        runCommand
        runCommandCC
        runCommandLocal
        runCommandNoCC
        symlinkJoin
        writeScript
        writeScriptBin
        writeShellApplication
        writeShellScript
        writeShellScriptBin
        writeText
        writeTextDir
        writeTextFile
        ;
      inherit (python)
        python
        pythonPackages
        python3
        python3Packages
        python38
        python38Packages
        python39
        python39Packages
        python310
        python310Packages
        python311
        python311Packages
        python312
        python312Packages
        python313
        python313Packages
        python314
        python314Packages
        ;
    };

  base =
    final:
    nixlite.openAttrs {
      known = known final;
      fallback = invent;
    };

  final = builtins.foldl' (previous: overlay: previous // overlay final previous) (base final) overlays;
in
final
