# Files, functions and sets; a key is loaded once; what is disabled is left out with what it imports.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  result = evalModules {
    modules = [
      ./module.nix
      { imports = [ ./module.nix { key = "same"; names = [ "set" ]; } { key = "same"; names = [ "set" ]; } ]; }
      { key = "unwanted"; imports = [ { names = [ "inner" ]; } ]; names = [ "outer" ]; }
      { disabledModules = [ { key = "unwanted"; } ]; }
    ];
  };
in
{
  inherit (result.config) names;
  files = map baseNameOf result.options.names.declarations;
}
