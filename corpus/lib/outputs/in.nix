# Outputs of packages and search paths made of them.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  package = {
    type = "derivation";
    name = "hello-2.12";
    outPath = "/store/hello";
    out.outPath = "/store/hello";
    bin.outPath = "/store/hello-bin";
    dev.outPath = "/store/hello-dev";
    meta.mainProgram = "hi";
  };
in
{
  outputs = map (get: get package) [ (p: (getBin p).outPath) (p: (getDev p).outPath) (p: (getLib p).outPath) (p: (getMan p).outPath) ];
  exe = getExe package;
  other = getExe' package "hello";
  path = makeBinPath [ package "/usr" null ];
  library = makeLibraryPath [ package ];
  include = makeSearchPathOutput "dev" "include" [ package ];
  names = [ (getName package) (getVersion package) (getName "a-b-1.0") (getVersion { version = "3"; name = "x"; }) ];
}
