with import ../../../nix/lib;
(evalModules { modules = [ { options.c = mkPackageOption { } "nope" { }; } ]; }).config
