with import ../../../nix/lib;
(evalModules { modules = [ ({ nothing, ... }: { options.a = mkOption { default = nothing; }; }) ]; }).config
