# Profiles that are asked for, conditions, priorities and overlays of a project.
let
  bundle = import ../bundle.nix;
  evaluate =
    profiles:
    bundle.evalDevenv {
      inherit profiles;
      inherit (bundle) pkgs;
      root = "/project";
      modules = [
        (
          { config, lib, pkgs, ... }:
          {
            overlays = [ (final: previous: { added = final.writeText "added" ""; }) ];
            packages = lib.optional config.services.redis.enable pkgs.hello ++ [ pkgs.added ];
            env.MODE = lib.mkDefault "plain";
            env.TOOL = config.languages.rust.package.pname;
            git-hooks.hooks.check.enable = lib.mkIf (config.env.MODE == "plain") true;
            tasks."a:b".exec = lib.mkMerge [ "true" ];
            profiles = {
              base.module.env.BASE = "1";
              full = {
                extends = [ "base" ];
                module = {
                  env.MODE = "full";
                  services.redis.enable = true;
                };
              };
            };
          }
        )
      ];
    };
  show = evaluation: {
    inherit (evaluation.config) env;
    packages = map (package: package.name) evaluation.config.packages;
    names = builtins.attrNames evaluation.output;
    inherit (evaluation.output) tasks;
    hook = evaluation.config.git-hooks.hooks.check;
  };
in
{
  plain = removeAttrs (show (evaluate [ ])) [ ];
  full = show (evaluate [ "full" ]);
}
