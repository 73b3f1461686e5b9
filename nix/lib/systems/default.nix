# Platforms: what a system's name says about programs for it.
{ lib }:
let
  inherit (builtins)
    elem
    isString
    mapAttrs
    removeAttrs
    ;
  inherit (lib.systems)
    elaborate
    functionNames
    inspect
    parse
    systemToAttrs
    ;

  executableOf =
    platform:
    if platform.isWindows || platform.isCygwin then
      ".exe"
    else if platform.isUefi then
      ".efi"
    else
      "";

  libcOf =
    platform:
    if platform.isDarwin then
      "libSystem"
    else if platform.isMsvc then
      "ucrt"
    else if platform.isMinGW then
      "msvcrt"
    else if platform.isCygwin then
      "cygwin"
    else if platform.isWasi then
      "wasilibc"
    else if platform.isRedox then
      "relibc"
    else if platform.isMusl then
      "musl"
    else if platform.isUClibc then
      "uclibc"
    else if platform.isAndroid then
      "bionic"
    else if platform.isLinux then
      "glibc"
    else if platform.isFreeBSD then
      "fblibc"
    else if platform.isNetBSD then
      "nblibc"
    else if platform.isOpenBSD then
      "oblibc"
    else if platform.isNone then
      "newlib"
    else
      null;

  goArchitectures = {
    aarch64 = "arm64";
    i386 = "386";
    i486 = "386";
    i586 = "386";
    i686 = "386";
    loongarch64 = "loong64";
    mips = "mips";
    mips64el = "mips64le";
    mipsel = "mipsle";
    powerpc64 = "ppc64";
    powerpc64le = "ppc64le";
    riscv64 = "riscv64";
    s390x = "s390x";
    x86_64 = "amd64";
    wasm32 = "wasm";
  };

  # What can be read off the parsed platform and the answers about it.
  details =
    platform:
    let
      inherit (platform.parsed) cpu kernel abi;
      machine =
        if platform.isAarch32 then
          "arm"
        else if platform.isx86_32 then
          "i386"
        else if platform.isPower64 && platform.isLittleEndian then
          "ppc64le"
        else
          cpu.name;
    in
    {
      system = parse.doubleFromSystem platform.parsed;
      config = parse.tripleFromSystem platform.parsed;
      libc = libcOf platform;
      linker = if platform.isDarwin then "cctools" else "bfd";
      libDir = if platform.isLinux then (if platform.isx86_64 || platform.isMips64 || platform.isPower64 then "lib64" else "lib") else null;
      extensions =
        {
          staticLibrary = if platform.isWindows && platform.isMsvc then ".lib" else ".a";
          library = if platform.isStatic then platform.extensions.staticLibrary else platform.extensions.sharedLibrary or ".a";
          executable = executableOf platform;
        }
        // lib.attrsets.optionalAttrs platform.hasSharedLibraries {
          sharedLibrary =
            if platform.isDarwin then
              ".dylib"
            else if platform.isWindows || platform.isCygwin then
              ".dll"
            else
              ".so";
        };
      hasSharedLibraries =
        platform.isAndroid || platform.isGnu || platform.isMusl || platform.isDarwin || platform.isSunOS || platform.isBSD || platform.isCygwin || platform.isWindows || platform.isRedox;
      isStatic = platform.isWasi || platform.isRedox;
      useLLVM = platform.isFreeBSD;
      useAndroidPrebuilt = false;
      useiOSPrebuilt = false;
      gcc = if platform.isAarch64 then (if platform.isDarwin then { arch = "armv8.3-a+crypto+sha2+aes+crc+fp16+lse+simd+ras+rdm+rcpc"; cpu = "apple-a13"; } else { arch = "armv8-a"; }) else { };
      rustc = { };
      uname = {
        system =
          {
            linux = "Linux";
            windows = "Windows";
            darwin = "Darwin";
            ios = "Darwin";
            netbsd = "NetBSD";
            freebsd = "FreeBSD";
            openbsd = "OpenBSD";
            solaris = "SunOS";
            wasi = "Wasi";
            redox = "Redox";
            genode = "Genode";
          }
          .${kernel.name} or null;
        processor = if platform.isDarwin && platform.isAarch64 then "arm64" else if platform.isPower64 && platform.isLittleEndian then "ppc64le" else cpu.name;
        release = null;
      };
      linuxArch =
        if platform.isAarch32 then
          "arm"
        else if platform.isAarch64 then
          "arm64"
        else if platform.isx86_32 then
          "i386"
        else if platform.isx86_64 then
          "x86_64"
        else if platform.isMips then
          "mips"
        else if platform.isPower then
          "powerpc"
        else if platform.isRiscV then
          "riscv"
        else if platform.isS390 then
          "s390"
        else if platform.isLoongArch64 then
          "loongarch"
        else
          cpu.name;
      ubootArch = if platform.isx86_32 then "x86" else if platform.isAarch64 then "arm64" else platform.linuxArch;
      qemuArch = machine;
      efiArch =
        if platform.isx86_32 then
          "ia32"
        else if platform.isx86_64 then
          "x64"
        else if platform.isAarch32 then
          "arm"
        else if platform.isAarch64 then
          "aa64"
        else
          cpu.name;
      darwinArch = if platform.isAarch64 then "arm64" else cpu.name;
      darwinPlatform =
        if platform.isMacOS then
          "macos"
        else if platform.isiOS then
          "ios"
        else
          null;
      darwinMinVersion = "14.0";
      darwinSdkVersion = "14.4";
      darwinMinVersionVariable =
        if platform.isMacOS then
          "MACOSX_DEPLOYMENT_TARGET"
        else if platform.isiOS then
          "IPHONEOS_DEPLOYMENT_TARGET"
        else
          null;
      go = {
        GOARCH = goArchitectures.${cpu.name} or (if platform.isAarch32 then "arm" else null);
        GOOS = if platform.isWasi then "wasip1" else if platform.isDarwin then "darwin" else kernel.name;
        GOARM = if platform.isAarch32 then cpu.version or "" else "";
      };
      node = {
        arch =
          if platform.isAarch then
            (if platform.is64bit then "arm64" else "arm")
          else if platform.isx86_64 then
            "x64"
          else if platform.isx86_32 then
            "ia32"
          else if platform.isPower64 then
            "ppc64"
          else
            cpu.name;
        platform =
          if platform.isAndroid then
            "android"
          else if platform.isWindows then
            "win32"
          else
            kernel.name;
      };
      nim = {
        cpu = goArchitectures.${cpu.name} or cpu.name;
        os = if platform.isDarwin then "MacOSX" else platform.uname.system;
      };
      rust =
        let
          target =
            "${if platform.isx86_32 then "i686" else if platform.isRiscV64 then "riscv64gc" else cpu.name}-${platform.parsed.vendor.name}-${kernel.name}"
            + (if abi.name == "unknown" then "" else "-${abi.name}");
        in
        {
          rustcTarget = target;
          rustcTargetSpec = target;
          cargoShortTarget = target;
          cargoEnvVarTarget = lib.strings.toUpper (builtins.replaceStrings [ "-" "." ] [ "_" "_" ] target);
          isNoStdTarget = kernel.name == "none";
          platform = {
            arch = if platform.isx86_32 then "x86" else if platform.isAarch32 then "arm" else cpu.name;
            os = if platform.isMacOS then "macos" else kernel.name;
            target-family = lib.lists.optional platform.isUnix "unix" ++ lib.lists.optional platform.isWindows "windows";
            vendor = platform.parsed.vendor.name;
          };
        };
    };

  # Instruction sets of named architectures matter only where one is asked for.
  extensionsOf =
    platform:
    builtins.listToAttrs (
      map (name: {
        name = "${name}Support";
        value = elem name (lib.systems.architectures.features.${platform.gcc.arch or "default"} or [ ]);
      }) [ "ssse3" "sse3" "sse4_1" "sse4_2" "sse4_a" "avx" "avx2" "avx512" "aes" "fma" "fma4" "lsx" "lasx" ]
    );
in
{
  # The systems that `flake.nix` files usually list, most used first.
  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "aarch64-darwin"
    "powerpc64le-linux"
    "riscv64-linux"
    "x86_64-freebsd"
  ];

  parse = import ./parse.nix { inherit lib; };
  inspect = import ./inspect.nix { inherit lib; };
  doubles = import ./doubles.nix { inherit lib; };

  architectures = {
    features =
      let
        nehalem = [ "sse3" "ssse3" "sse4_1" "sse4_2" ];
        sandybridge = nehalem ++ [ "avx" "aes" ];
        haswell = sandybridge ++ [ "avx2" "fma" ];
      in
      {
        default = [ ];
        x86-64 = [ ];
        x86-64-v2 = nehalem;
        x86-64-v3 = nehalem ++ [ "avx" "avx2" "fma" ];
        x86-64-v4 = nehalem ++ [ "avx" "avx2" "avx512" "fma" ];
        inherit nehalem sandybridge haswell;
        skylake = haswell;
        znver1 = haswell ++ [ "sse4_a" ];
        znver2 = haswell ++ [ "sse4_a" ];
        znver3 = haswell ++ [ "sse4_a" ];
      };
  };

  platforms = {
    pc = { };
  };

  examples = mapAttrs (_: config: { inherit config; }) {
    gnu64 = "x86_64-unknown-linux-gnu";
    gnu32 = "i686-unknown-linux-gnu";
    musl64 = "x86_64-unknown-linux-musl";
    musl32 = "i686-unknown-linux-musl";
    aarch64-multiplatform = "aarch64-unknown-linux-gnu";
    aarch64-multiplatform-musl = "aarch64-unknown-linux-musl";
    armv7l-hf-multiplatform = "armv7l-unknown-linux-gnueabihf";
    raspberryPi = "armv6l-unknown-linux-gnueabihf";
    riscv64 = "riscv64-unknown-linux-gnu";
    riscv32 = "riscv32-unknown-linux-gnu";
    s390x = "s390x-unknown-linux-gnu";
    powernv = "powerpc64le-unknown-linux-gnu";
    loongarch64-linux = "loongarch64-unknown-linux-gnu";
    aarch64-darwin = "arm64-apple-darwin";
    x86_64-darwin = "x86_64-apple-darwin";
    x86_64-freebsd = "x86_64-unknown-freebsd";
    x86_64-netbsd = "x86_64-unknown-netbsd";
    x86_64-openbsd = "x86_64-unknown-openbsd";
    mingw32 = "i686-w64-mingw32";
    mingwW64 = "x86_64-w64-mingw32";
    wasi32 = "wasm32-unknown-wasi";
  };

  systemToAttrs = value: if isString value then { system = value; } else value;

  functionNames = [
    "canExecute"
    "emulator"
    "emulatorAvailable"
    "staticEmulatorAvailable"
    "isCompatible"
  ];

  # Elaborated platforms hold functions, which are never equal.
  equals =
    let
      comparable = platform: removeAttrs platform functionNames;
    in
    a: b: comparable a == comparable b;

  # A platform from a double, a triple or a set with `system`, `config` or `parsed`; what is given wins.
  elaborate =
    value:
    let
      given = systemToAttrs value;
      platform =
        {
          parsed = parse.mkSystemFromString (given.config or given.system or (throw "elaborate: neither config nor system is given"));
        }
        // details platform
        // mapAttrs (_: predicate: predicate platform.parsed) inspect.predicates
        // extensionsOf platform
        // {
          androidSdkVersion = null;
          androidNdkVersion = null;
          canExecute =
            other:
            let
              theirs = other.parsed;
              inherit (platform) parsed;
            in
            theirs.kernel.name == parsed.kernel.name
            && (
              theirs.cpu.name == parsed.cpu.name
              || (parsed.cpu.name == "x86_64" && theirs.cpu.family == "x86")
              || (parsed.cpu.name == "aarch64" && theirs.cpu.family == "arm" && !platform.isDarwin)
            );
          emulatorAvailable = pkgs: platform.canExecute pkgs.stdenv.hostPlatform;
          staticEmulatorAvailable = pkgs: platform.canExecute pkgs.stdenv.hostPlatform;
          emulator = pkgs: throw "Don't know how to run ${platform.config} executables.";
        }
        // removeAttrs given [ "system" ];
    in
    assert given ? system || given ? config || given ? parsed;
    platform;
}
