# Settings that depend on the configuration and on pkgs without going in circles.
let
  bundle = import ../bundle.nix;
  evaluation = bundle.evalDevenv {
    inherit (bundle) pkgs;
    root = "/project";
    modules = [
      (
        { config, lib, pkgs, ... }:
        {
          options.services.mine.enable = lib.mkOption {
            type = lib.types.bool;
            default = false;
          };
          config = lib.mkIf config.services.mine.enable {
            services.redis.enable = true;
            packages = [ pkgs.hello ];
            env.MINE = "1";
          };
        }
      )
      (
        { lib, pkgs, ... }:
        {
          services = lib.optionalAttrs pkgs.stdenv.isLinux {
            mine.enable = true;
            postgres.port = 5433;
          };
          overlays = [ (final: previous: { extra = final.hello; }) ];
        }
      )
      (
        { config, lib, ... }:
        {
          config = lib.mkIf config.services.redis.enable {
            services.postgres.enable = lib.mkDefault true;
            scripts.which.exec = lib.mkIf config.services.postgres.enable "echo postgres";
          };
        }
      )
      (
        { pkgs, ... }:
        with pkgs;
        {
          packages = [
            extra
            stdenv.cc
          ];
        }
      )
    ];
  };
  inherit (evaluation) config output;
in
{
  inherit (config.services) mine;
  postgres = { inherit (config.services.postgres) enable port; };
  redis = config.services.redis.enable;
  env = { inherit (config.env) MINE PGPORT; };
  packages = map (package: package.name) config.packages;
  names = builtins.attrNames output;
  script = output.scripts.which.exec;
}
