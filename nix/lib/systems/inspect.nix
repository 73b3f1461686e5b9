# Questions about a parsed platform.
{ lib }:
let
  cpu = test: parsed: test parsed.cpu;
  cpuNamed = name: cpu (cpu: cpu.name == name);
  family = name: cpu (cpu: cpu.family == name);
  familyBits = name: bits: cpu (cpu: cpu.family == name && cpu.bits == bits);
  kernel = name: parsed: parsed.kernel.name == name;
  kernelFamily = name: parsed: parsed.kernel.families ? ${name};
  format = name: parsed: parsed.kernel.execFormat.name == name;
  abi = names: parsed: builtins.elem parsed.abi.name names;
  both = first: second: parsed: first parsed && second parsed;
  either = first: second: parsed: first parsed || second parsed;
in
{
  predicates = rec {
    isi686 = cpuNamed "i686";
    isx86_32 = familyBits "x86" 32;
    isx86_64 = familyBits "x86" 64;
    isx86 = family "x86";
    isPower = family "power";
    isPower64 = familyBits "power" 64;
    isAbiElfv1 = abi [ "gnuabielfv1" ];
    isAbiElfv2 = abi [ "gnuabielfv2" ];
    isAarch = family "arm";
    isAarch32 = familyBits "arm" 32;
    isAarch64 = familyBits "arm" 64;
    isArmv7 = cpu (cpu: cpu.family == "arm" && cpu.bits == 32 && cpu.version or "" == "7");
    isMicroBlaze = family "microblaze";
    isMips = family "mips";
    isMips32 = familyBits "mips" 32;
    isMips64 = familyBits "mips" 64;
    isMips64n32 = both isMips64 (parsed: parsed.abi.abi or "" == "n32");
    isMips64n64 = both isMips64 (parsed: parsed.abi.abi or "" == "64");
    isMmix = family "mmix";
    isRiscV = family "riscv";
    isRiscV32 = familyBits "riscv" 32;
    isRiscV64 = familyBits "riscv" 64;
    isRx = family "rx";
    isSparc = family "sparc";
    isSparc64 = familyBits "sparc" 64;
    isWasm = family "wasm";
    isMsp430 = family "msp430";
    isVc4 = family "vc4";
    isAvr = family "avr";
    isAlpha = family "alpha";
    isOr1k = family "or1k";
    isM68k = family "m68k";
    isS390 = family "s390";
    isS390x = familyBits "s390" 64;
    isLoongArch64 = familyBits "loongarch" 64;
    isJavaScript = family "javascript";
    isArc = family "arc";
    isSh4 = family "sh";

    is32bit = cpu (cpu: cpu.bits == 32);
    is64bit = cpu (cpu: cpu.bits == 64);
    isILP32 = either (cpuNamed "wasm32") (abi [ "gnuabin32" "muslabin32" ]);
    isBigEndian = cpu (cpu: cpu.significantByte.name or "" == "bigEndian");
    isLittleEndian = cpu (cpu: cpu.significantByte.name or "" == "littleEndian");

    isBSD = kernelFamily "bsd";
    isDarwin = kernelFamily "darwin";
    isUnix = parsed: isBSD parsed || isDarwin parsed || isLinux parsed || isSunOS parsed || isCygwin parsed || isRedox parsed;
    isMacOS = kernel "darwin";
    isiOS = kernel "ios";
    isLinux = kernel "linux";
    isSunOS = kernel "solaris";
    isFreeBSD = kernel "freebsd";
    isNetBSD = kernel "netbsd";
    isOpenBSD = kernel "openbsd";
    isWindows = kernel "windows";
    isCygwin = either (kernel "cygwin") (abi [ "cygnus" ]);
    isMinGW = both isWindows (abi [ "gnu" ]);
    isMsvc = both isWindows (abi [ "msvc" ]);
    isWasi = kernel "wasi";
    isRedox = kernel "redox";
    isGhcjs = kernel "ghcjs";
    isGenode = kernel "genode";
    isNone = kernel "none";
    isUefi = kernel "uefi";

    isAndroid = abi [ "android" "androideabi" ];
    isGnu = both (either isLinux (kernel "hurd")) (abi [ "gnu" "gnueabi" "gnueabihf" "gnusf" "gnuabi64" "gnuabin32" "gnuabielfv1" "gnuabielfv2" ]);
    isMusl = abi [ "musl" "musleabi" "musleabihf" "muslabin32" "muslabi64" ];
    isUClibc = abi [ "uclibc" "uclibceabi" "uclibceabihf" ];
    isEabi = parsed: builtins.match ".*eabi(hf)?" parsed.abi.name != null;

    isEfi = either isUefi (cpu (cpu: builtins.elem cpu.family [ "x86" "riscv" ] || (cpu.family == "arm" && builtins.compareVersions cpu.version or "0" "6" >= 0) || cpu.name == "loongarch64"));
    isElf = format "elf";
    isMacho = format "macho";
    isPE = format "pe";
  };
}
