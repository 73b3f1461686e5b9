{ lib, ... }:
{
  options.names = lib.mkOption { type = lib.types.listOf lib.types.str; };
  config.names = [ "file" ];
}
