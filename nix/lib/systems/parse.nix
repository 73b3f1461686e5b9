# Platforms by name: `cpu-kernel`, `cpu-vendor-kernel`, `cpu-kernel-abi`, `cpu-vendor-kernel-abi`.
{ lib }:
let
  inherit (builtins)
    elemAt
    length
    mapAttrs
    match
    ;
  inherit (lib.types) setType;

  named = type: mapAttrs (name: value: setType type ({ inherit name; } // value));

  significantBytes = named "significant-byte" {
    bigEndian = { };
    littleEndian = { };
  };
  cpu = bits: family: endian: more: {
    inherit bits family;
    significantByte = significantBytes.${endian};
  } // more;
  little = bits: family: cpu bits family "littleEndian";
  big = bits: family: cpu bits family "bigEndian";
  byte = family: {
    bits = 8;
    inherit family;
  };

  cpuTypes = named "cpu-type" {
    arm = little 32 "arm" { };
    armv5tel = little 32 "arm" { version = "5"; arch = "armv5t"; };
    armv6m = little 32 "arm" { version = "6"; arch = "armv6-m"; };
    armv6l = little 32 "arm" { version = "6"; arch = "armv6"; };
    armv7a = little 32 "arm" { version = "7"; arch = "armv7-a"; };
    armv7r = little 32 "arm" { version = "7"; arch = "armv7-r"; };
    armv7m = little 32 "arm" { version = "7"; arch = "armv7-m"; };
    armv7l = little 32 "arm" { version = "7"; arch = "armv7"; };
    aarch64 = little 64 "arm" { version = "8"; arch = "armv8-a"; };
    aarch64_be = big 64 "arm" { version = "8"; arch = "armv8-a"; };
    i386 = little 32 "x86" { arch = "i386"; };
    i486 = little 32 "x86" { arch = "i486"; };
    i586 = little 32 "x86" { arch = "i586"; };
    i686 = little 32 "x86" { arch = "i686"; };
    x86_64 = little 64 "x86" { arch = "x86-64"; };
    microblaze = big 32 "microblaze" { };
    microblazeel = little 32 "microblaze" { };
    mips = big 32 "mips" { };
    mipsel = little 32 "mips" { };
    mips64 = big 64 "mips" { };
    mips64el = little 64 "mips" { };
    mmix = big 64 "mmix" { };
    m68k = big 32 "m68k" { };
    powerpc = big 32 "power" { };
    powerpc64 = big 64 "power" { };
    powerpc64le = little 64 "power" { };
    powerpcle = little 32 "power" { };
    riscv32 = little 32 "riscv" { };
    riscv64 = little 64 "riscv" { };
    s390 = big 32 "s390" { };
    s390x = big 64 "s390" { };
    sparc = big 32 "sparc" { };
    sparc64 = big 64 "sparc" { };
    wasm32 = little 32 "wasm" { };
    wasm64 = little 64 "wasm" { };
    alpha = little 64 "alpha" { };
    rx = little 32 "rx" { };
    msp430 = little 16 "msp430" { };
    avr = byte "avr";
    vc4 = little 32 "vc4" { };
    or1k = big 32 "or1k" { };
    loongarch64 = little 64 "loongarch" { };
    javascript = little 32 "javascript" { };
    arc = little 32 "arc" { };
    sh4 = little 32 "sh" { };
  };

  vendors = named "vendor" {
    apple = { };
    pc = { };
    knuth = { };
    w64 = { };
    none = { };
    unknown = { };
  };

  execFormats = named "exec-format" {
    elf = { };
    macho = { };
    pe = { };
    wasm = { };
    unknown = { };
  };
  kernelFamilies = named "exec-format" {
    bsd = { };
    darwin = { };
  };
  kernel = format: families: {
    execFormat = execFormats.${format};
    families = builtins.intersectAttrs (lib.attrsets.genAttrs families (_: null)) kernelFamilies;
  };
  kernels = named "kernel" {
    darwin = kernel "macho" [ "darwin" ];
    ios = kernel "macho" [ "darwin" ];
    freebsd = kernel "elf" [ "bsd" ];
    netbsd = kernel "elf" [ "bsd" ];
    openbsd = kernel "elf" [ "bsd" ];
    linux = kernel "elf" [ ];
    solaris = kernel "elf" [ ];
    redox = kernel "elf" [ ];
    genode = kernel "elf" [ ];
    none = kernel "unknown" [ ];
    mmixware = kernel "unknown" [ ];
    ghcjs = kernel "unknown" [ ];
    wasi = kernel "wasm" [ ];
    windows = kernel "pe" [ ];
    cygwin = kernel "pe" [ ];
    uefi = kernel "pe" [ ];
  };
  kernelAliases = {
    macosx = "darwin";
    macos = "darwin";
    win32 = "windows";
    mingw32 = "windows";
    watchos = "ios";
    tvos = "ios";
  };

  abis = named "abi" {
    unknown = { };
    cygnus = { };
    msvc = { };
    eabi = { float = "soft"; };
    eabihf = { float = "hard"; };
    elf = { };
    android = { };
    androideabi = { };
    gnueabi = { float = "soft"; };
    gnueabihf = { float = "hard"; };
    gnu = { };
    gnuabi64 = { abi = "64"; };
    gnuabin32 = { abi = "n32"; };
    gnuabielfv1 = { abi = "elfv1"; };
    gnuabielfv2 = { abi = "elfv2"; };
    gnusf = { float = "soft"; };
    musl = { };
    musleabi = { float = "soft"; };
    musleabihf = { float = "hard"; };
    muslabin32 = { abi = "n32"; };
    muslabi64 = { abi = "64"; };
    uclibc = { };
    uclibceabi = { float = "soft"; };
    uclibceabihf = { float = "hard"; };
  };

  # `freebsd14` is FreeBSD in version 14.
  kernelOf =
    name:
    let
      plain = kernelAliases.${name} or name;
      versioned = match "([a-z]+)([0-9.]+)" plain;
    in
    if kernels ? ${plain} then
      kernels.${plain}
    else if versioned != null && kernels ? ${builtins.head versioned} then
      kernels.${builtins.head versioned} // { version = elemAt versioned 1; }
    else
      throw "Unknown kernel: ${name}";

  cpuAliases = {
    arm64 = "aarch64";
    amd64 = "x86_64";
  };

  # An explicit name, or what the platform has when nothing is said.
  make =
    {
      cpu,
      vendor ? null,
      kernel,
      abi ? null,
    }:
    let
      cpuType = cpuTypes.${cpuAliases.${cpu} or cpu} or (throw "Unknown CPU type: ${cpu}");
      kernelType = kernelOf kernel;
      arm32 = cpuType.family == "arm" && cpuType.bits == 32;
      defaultVendor =
        if kernelType.families ? darwin then
          "apple"
        else if kernelType.name == "windows" then
          "pc"
        else
          "unknown";
      defaultAbi =
        if kernelType.name == "linux" then
          (
            if arm32 then
              (if builtins.compareVersions cpuType.version or "0" "6" >= 0 then "gnueabihf" else "gnueabi")
            else if cpuType.name == "mips64" || cpuType.name == "mips64el" then
              "gnuabi64"
            else if cpuType.name == "powerpc64" then
              "gnuabielfv1"
            else
              "gnu"
          )
        else if kernelType.name == "windows" then
          "msvc"
        else if kernelType.name == "cygwin" then
          "cygnus"
        else
          "unknown";
      wanted = if abi == null then defaultAbi else abi;
    in
    setType "system" {
      cpu = cpuType;
      vendor = vendors.${if vendor == null then defaultVendor else vendor} or (setType "vendor" { name = vendor; });
      kernel = kernelType;
      abi = abis.${wanted} or (throw "Unknown ABI: ${wanted}");
    };

  isAbi = name: abis ? ${name};
  skeleton =
    parts:
    let
      part = elemAt parts;
      count = length parts;
    in
    if count == 1 then
      throw "system '${part 0}' with 1 components is ambiguous"
    else if count == 2 then
      {
        cpu = part 0;
        kernel = part 1;
      }
    else if count == 3 then
      (
        if part 2 == "elf" || part 2 == "eabi" || part 2 == "eabihf" && part 1 == "none" then
          {
            cpu = part 0;
            vendor = "unknown";
            kernel = "none";
            abi = part 2;
          }
        else if part 2 == "mingw32" then
          {
            cpu = part 0;
            vendor = part 1;
            kernel = "windows";
            abi = "gnu";
          }
        else if isAbi (part 2) then
          {
            cpu = part 0;
            kernel = part 1;
            abi = part 2;
          }
        else
          {
            cpu = part 0;
            vendor = part 1;
            kernel = part 2;
          }
      )
    else if count == 4 then
      {
        cpu = part 0;
        vendor = part 1;
        kernel = part 2;
        abi = part 3;
      }
    else
      throw "system '${builtins.concatStringsSep "-" parts}' with ${toString count} components is ambiguous";
in
{
  inherit
    abis
    cpuTypes
    execFormats
    kernelFamilies
    kernels
    significantBytes
    vendors
    ;

  mkSystemFromString = text: make (skeleton (lib.strings.splitString "-" text));
  mkSystemFromSkeleton = make;
  mkSkeletonFromList = skeleton;

  # The double that Nix calls a system, and the triple that compilers take.
  doubleFromSystem =
    {
      cpu,
      kernel,
      abi,
      ...
    }:
    if abi.name == "cygnus" then
      "${cpu.name}-cygwin"
    else if kernel.families ? darwin then
      "${cpu.name}-darwin"
    else
      "${cpu.name}-${kernel.name}";
  kernelName = kernel: kernel.name + toString (kernel.version or "");
  tripleFromSystem =
    {
      cpu,
      vendor,
      kernel,
      abi,
      ...
    }:
    let
      cpuName = if kernel.families ? darwin && cpu.name == "aarch64" then "arm64" else cpu.name;
      kernelText = lib.systems.parse.kernelName kernel;
    in
    if kernel.name == "cygwin" then
      "${cpuName}-${vendor.name}-cygwin"
    else if kernel.name == "windows" && abi.name == "gnu" then
      "${cpuName}-${vendor.name}-mingw32"
    else
      "${cpuName}-${vendor.name}-${kernelText}" + (if abi.name == "unknown" then "" else "-${abi.name}");
}
