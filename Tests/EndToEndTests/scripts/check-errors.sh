# Each line is the outputs of a flake.
while IFS= read -r text; do
  echo "--- $text"
  flake all "{ outputs = { self }: let d = derivation { name = \"d\"; system = \"x86_64-linux\"; builder = \"b\"; }; in { $text }; }"
  nix flake check --no-build path:./all
  nix flake show path:./all
done <<'END'
packages.x86_64-linux.a = 1;
packages.x86_64-linux = 1;
packages.x86_64-linux.a = throw "no";
packages.linux.a = d;
packages = 1;
packages.x86_64-linux.a = { };
apps.x86_64-linux.a = { };
apps.x86_64-linux.a = { type = "app"; };
apps.x86_64-linux.a = { type = "app"; program = 1; };
apps.x86_64-linux.a = { type = "app"; program = "x"; zork = 1; };
apps.x86_64-linux.a = 1;
overlays.a = 1;
overlays.a = { a }: 1;
overlays.a = prev: 1;
overlays.a = _: _: 1;
overlay = _final: prev: 1;
nixosModules.a = throw "x";
nixosConfigurations.a = { };
nixosConfigurations.a.config.system.build.toplevel = 1;
templates.a = { };
templates.a = { path = ./nope; description = "x"; };
templates.a = { path = ./.; };
templates.a = { path = ./.; description = "x"; zork = 1; };
hydraJobs = d;
hydraJobs.a = 1;
hydraJobs.a.b.c = d;
formatter.x86_64-linux = 1;
bundlers.x86_64-linux.a = 1;
lib = throw "x";
zork = throw "x";
legacyPackages.x86_64-linux = throw "x";
defaultBundler.x86_64-linux = x: x;
END
flake all '{ outputs = { self }: { packages.x86_64-linux = { a = 1; b = 2; }; zork = 1; overlays.a = 1; }; }'
nix flake check --no-build --keep-going path:./all
