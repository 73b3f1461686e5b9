# Options that hold packages.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  pkgs = {
    hello = { type = "derivation"; name = "hello"; };
    python3Packages.torch = { type = "derivation"; name = "torch"; };
  };
  options = (evalModules {
    modules = [
      {
        options.a = mkPackageOption pkgs "hello" { };
        options.b = mkPackageOption pkgs [ "python3Packages" "torch" ] { nullable = true; example = "pkgs.hello"; extraDescription = "More."; };
        options.c = mkPackageOption pkgs "other" { default = null; nullable = true; };
      }
    ];
  }).options;
in
mapAttrs (name: option: { inherit (option) description; text = option.defaultText or null; type = option.type.description; example = option.example or null; value = option.value.name or null; }) (removeAttrs options [ "_module" ])
