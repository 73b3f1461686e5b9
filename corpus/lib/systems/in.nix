# What a system's name says.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  facts = system: let p = systems.elaborate system; in [ p.config p.libc p.linuxArch p.uname p.isLinux p.isDarwin p.isx86_64 p.isAarch64 p.is64bit p.extensions.sharedLibrary p.go.GOARCH p.node.arch p.rust.rustcTarget ];
in
{
  facts = genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" "x86_64-darwin" "i686-linux" "x86_64-unknown-linux-musl" ] facts;
  exposed = systems.flakeExposed;
  darwin = platforms.darwin;
  cpu = (systems.elaborate "aarch64-linux").parsed.cpu;
  equal = systems.equals (systems.elaborate "x86_64-linux") (systems.elaborate { system = "x86_64-linux"; });
  matches = map (meta.platformMatch (systems.elaborate "x86_64-linux")) [ "x86_64-linux" "aarch64-linux" { cpu.bits = 64; } { isMusl = true; } ];
}
