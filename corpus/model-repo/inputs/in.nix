# Which bundled flake an address stands for.
let
  inherit (import ../bundle.nix) input;
  name =
    url:
    let
      flake = input url;
    in
    if flake == null then
      null
    else if flake ? legacyPackages then
      "nixpkgs"
    else
      baseNameOf flake.outPath;
in
map name [
  "github:NixOS/nixpkgs/nixos-unstable"
  "github:nixos/nixpkgs"
  "github:cachix/devenv-nixpkgs/rolling"
  "nixpkgs"
  "nixpkgs/nixos-24.05"
  "flake:nixpkgs"
  "https://flakehub.com/f/NixOS/nixpkgs/0.1.tar.gz"
  "git+https://github.com/NixOS/nixpkgs?ref=nixos-unstable"
  "https://github.com/NixOS/nixpkgs/archive/abc.tar.gz"
  "https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz"
  "github:nix-community/nixpkgs.lib"
  "github:cachix/devenv"
  "github:cachix/devenv/v1.0?dir=src/modules"
  "github:parthspatel/nix-model-repo/v0.1.0"
  "git+ssh://git@github.com/parthspatel/nix-model-repo.git"
  "github:numtide/flake-utils"
  "github:hercules-ci/flake-parts"
  "github:nix-systems/default"
  "github:nix-community/home-manager"
  "github:someone/nixpkgs"
  "path:./nixpkgs"
  "./nixpkgs"
  ""
]
