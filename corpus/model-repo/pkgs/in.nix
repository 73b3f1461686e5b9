# The helpers that are real, and what a placeholder is.
let
  inherit (import ../bundle.nix) pkgs lib;
  inherit (pkgs) stdenv;
  package = stdenv.mkDerivation (final: {
    pname = "thing";
    version = "1.2";
    label = "${final.pname}-${final.version}";
    env.FLAG = "1";
    meta.mainProgram = "it";
  });
  overlaid = pkgs.appendOverlays [
    (final: previous: { mine = final.writeText "mine" "${previous.hello.pname}"; })
    (final: previous: { count = (previous.count or 0) + 1; })
    (final: previous: { count = (previous.count or 0) + 1; })
  ];
in
{
  placeholder = {
    inherit (pkgs.python311Packages.torch) type name outPath __nixlitePlaceholder;
    called = (pkgs.hello { a = 1; } "b").pname;
    overridden = (pkgs.hello.override { }).name;
    text = lib.hasSuffix "-git-nixlite-placeholder" "${pkgs.git}";
    program = lib.getExe pkgs.hello == "${pkgs.hello}/bin/hello";
  };
  python = {
    inherit (pkgs.python311) pythonVersion sitePackages;
    chosen = map (module: module.pname) (pkgs.python3.withPackages (all: [ all.torch ])).requiredPythonModules;
  };
  derivation = {
    inherit (package) name pname label FLAG;
    again = (package.overrideAttrs (old: { version = "2"; })).name;
    program = lib.getExe package == "${package}/bin/it";
  };
  called = pkgs.callPackage ({ git, hello ? null, fancy ? 3 }: { inherit fancy; git = git.pname; hello = hello.pname; }) { };
  replaced = (pkgs.callPackage ({ fancy ? 3 }: { inherit fancy; }) { }).override { fancy = 4; };
  overlaid = {
    mine = overlaid.mine.name;
    inherit (overlaid) count;
  };
  platform = { inherit (stdenv.hostPlatform) system isLinux isDarwin; };
  fetched = map (source: { inherit (source) name; inherit (source.drvAttrs) outputHashMode; }) [
    (pkgs.fetchurl { url = "https://example.com/a.txt?b"; hash = lib.fakeHash; })
    (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "v1"; sha256 = lib.fakeSha256; })
    (pkgs.fetchgit { url = "https://example.com/r.git"; rev = "abc"; hash = ""; })
  ];
  formats = builtins.mapAttrs (_: file: file.text) {
    toml = (pkgs.formats.toml { }).generate "t" { a = 1; b.c = [ "x" ]; d = [ { e = true; } ]; };
    ini = (pkgs.formats.ini { }).generate "i" { s.k = "v"; };
    json = (pkgs.formats.json { }).generate "j" { a = [ 1 { } ]; };
  };
}
