# "python3Packages.torch" -> a value that stands for that package.
{ nixlite, system }:
let
  # What a store path's name may have.
  safe =
    text:
    builtins.concatStringsSep "-" (
      builtins.filter (part: builtins.isString part && part != "") (builtins.split "[^A-Za-z0-9+_?=.-]+" text)
    );

  make =
    package:
    let
      segments = builtins.filter builtins.isString (builtins.split "\\." package);
      pname = builtins.elemAt segments (builtins.length segments - 1);
      missing = derivation {
        name = "${safe pname}-nixlite-placeholder";
        system = "builtin";
        builder = "builtin:nixlite-placeholder";
        inherit package;
      };
      noted = builtins.seq (nixlite.notePlaceholder package);
      self = nixlite.openAttrs {
        known = {
          type = "derivation";
          name = pname;
          inherit pname system;
          version = "0";
          outPath = noted missing.outPath;
          drvPath = noted missing.drvPath;
          outputName = "out";
          outputs = [ "out" ];
          out = self;
          bin = self;
          dev = self;
          lib = self;
          man = self;
          doc = self;
          passthru = { };
          meta = {
            mainProgram = pname;
            description = "placeholder of ${package}";
            available = true;
            broken = false;
            platforms = [ system ];
          };
          override = _: self;
          overrideAttrs = _: self;
          overrideDerivation = _: self;
          __functor = _: _argument: self;
          __nixlitePlaceholder = package;
        };
        fallback = name: if builtins.substring 0 2 name == "__" then null else make "${package}.${name}";
      };
    in
    self;
in
make
