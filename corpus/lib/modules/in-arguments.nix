# Arguments from specialArgs, from _module.args and those of the system itself.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  result = evalModules {
    specialArgs.special = 1;
    prefix = [ "outer" ];
    modules = [
      ({ special, extra, lib, config, options, _class, _prefix, specialArgs, ... }: {
        options.seen = mkOption { default = { inherit special extra _class _prefix specialArgs; defined = options.x.isDefined; x = config.x; }; };
        options.x = mkOption { type = types.int; };
        config._module.args.extra = lib.id 2;
        config.x = 3;
      })
    ];
  };
in
[ result.config.seen (attrNames result) (attrNames result._module.args) ]
