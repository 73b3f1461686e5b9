# url -> the bundled flake of that address, or null. Branch, tag and commit of the address do not matter.
{
  lib,
  pkgsFor,
  allSystems,
  systems,
  modelRepo,
  devenv,
}:
let
  # "owner/repository" in small letters for every way of writing the address of a repository on a forge, the name for
  # an address of the registry ("nixpkgs", "flake:nixpkgs/branch"), or null.
  repositoryOf =
    url:
    let
      text = lib.toLower url;
      plain = builtins.head (builtins.match "([^?#]*).*" text);
      patterns = [
        "github:([^/]+/[^/]+)(/.*)?"
        "(git[+])?(https|ssh|http)://(git@)?(www[.])?github[.]com/([^/]+/[^/]+)(/.*)?"
        "git@github[.]com:([^/]+/[^/]+)"
        "https://(api[.])?flakehub[.]com/f/([^/]+/[^/]+)(/.*)?"
        "tarball[+]https://github[.]com/([^/]+/[^/]+)(/.*)?"
        "(flake:)?([a-z][a-z0-9_-]*)(/[^/]+)*"
      ];
      positions = [
        0
        4
        0
        1
        0
        1
      ];
      matches = lib.zipListsWith (pattern: position: {
        parts = builtins.match pattern plain;
        inherit position;
      }) patterns positions;
      found = builtins.filter (match: match.parts != null) matches;
      first = builtins.head found;
    in
    if lib.hasInfix "nixos.org/" plain && lib.hasInfix "nixexprs.tar" plain then
      "nixos/nixpkgs"
    else if found == [ ] then
      null
    else
      lib.removeSuffix ".git" (builtins.elemAt first.parts first.position);

  # What every flake has besides its outputs.
  flake =
    outPath: outputs:
    let
      self = outputs // {
        _type = "flake";
        inherit outPath outputs;
        inputs = { };
        sourceInfo = { inherit outPath; };
        lastModified = 0;
        lastModifiedDate = "19700101000000";
        rev = "0000000000000000000000000000000000000000";
        shortRev = "0000000";
      };
    in
    self;

  flakeUtils = import ./flakes/flake-utils.nix { inherit lib systems allSystems; };
  flakeParts = import ./flakes/flake-parts.nix { inherit lib; };

  nixpkgs = flake (toString ./nixpkgs) {
    lib = lib // {
      nixosSystem = throw "the bundled nixpkgs has no NixOS: give `--nixpkgs locked' to use the one of the lock file";
    };
    legacyPackages = lib.genAttrs allSystems pkgsFor;
    nixosModules = { };
  };
  libraryOnly = flake (toString ./nixpkgs) { inherit lib; };
  systemsFlake = flake (toString ./systems) { };

  known = {
    "nixpkgs" = nixpkgs;
    "nixos/nixpkgs" = nixpkgs;
    "nixos/nixpkgs-channels" = nixpkgs;
    "cachix/devenv-nixpkgs" = nixpkgs;
    "determinatesystems/nixpkgs-weekly" = nixpkgs;
    "nix-community/nixpkgs.lib" = libraryOnly;
    "cachix/devenv" = flake (toString ./devenv) devenv;
    "devenv" = flake (toString ./devenv) devenv;
    "parthspatel/nix-model-repo" = flake (toString ./model-repo) modelRepo;
    "numtide/flake-utils" = flake (toString ./flakes) flakeUtils;
    "flake-utils" = flake (toString ./flakes) flakeUtils;
    "hercules-ci/flake-parts" = flake (toString ./flakes) flakeParts;
    "flake-parts" = flake (toString ./flakes) flakeParts;
    "nix-systems/default" = systemsFlake;
    "systems" = systemsFlake;
  };
in
url:
let
  repository = repositoryOf url;
in
if repository == null then null else known.${repository} or null
