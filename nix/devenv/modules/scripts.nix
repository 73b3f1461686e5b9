# Scripts, processes and profiles.
{ lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ../types.nix { inherit lib; }) freeform;
  open = module: types.submodule [ { freeformType = freeform; } module ];
in
{
  options = {
    scripts = mkOption {
      default = { };
      description = "Programs of the environment";
      type = types.attrsOf (open {
        options = {
          exec = mkOption {
            type = types.either types.str types.path;
            description = "Shell code, or the path of a script";
          };
          package = mkOption {
            type = types.package;
            default = pkgs.bash;
            description = "The package whose program runs the script";
          };
          binary = mkOption {
            type = types.nullOr types.str;
            default = null;
            description = "The program of that package; its main program where it is null";
          };
          description = mkOption {
            type = types.str;
            default = "";
            description = "What the script does";
          };
          packages = mkOption {
            type = types.listOf types.package;
            default = [ ];
            description = "Packages that are on PATH while the script runs";
          };
        };
      });
    };

    processes = mkOption {
      default = { };
      description = "Programs that run beside the shell";
      type = types.attrsOf (open {
        options = {
          exec = mkOption {
            type = types.str;
            description = "Shell code of the process";
          };
          ports = mkOption {
            default = { };
            description = "Ports by name";
            type = types.attrsOf (
              types.submodule (
                { config, ... }:
                {
                  options = {
                    allocate = mkOption {
                      type = types.port;
                      description = "The first port to try";
                    };
                    value = mkOption {
                      type = types.port;
                      default = config.allocate;
                      description = "The port";
                    };
                  };
                }
              )
            );
          };
        };
      });
    };

    profiles = mkOption {
      default = { };
      description = "Modules that are taken in only when they are asked for";
      type = types.lazyAttrsOf (open {
        options = {
          extends = mkOption {
            type = types.listOf types.str;
            default = [ ];
            description = "Profiles that come along";
          };
          module = mkOption {
            type = types.deferredModule;
            default = { };
            description = "The module";
          };
        };
      });
    };
  };
}
