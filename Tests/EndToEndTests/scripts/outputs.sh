make_repository all
flake all '{
  description = "all";
  inputs.leaf.url = "git+file://'$W'/leaf";
  outputs = { self, leaf }:
    let
      d = n: s: derivation { name = n; system = s; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
      x = "x86_64-linux";
      a = "aarch64-linux";
    in {
      packages.${x} = { default = d "p" x // { meta.description = "the p"; }; other = d "o-1" x; };
      packages.${a}.default = d "p" a;
      checks.${x}.c = d "c" x;
      devShells.${x}.default = d "sh" x;
      devShells.${a}.default = d "sh" a;
      devShell.${x} = d "sh2" x;
      defaultPackage.${x} = d "dp" x;
      apps.${x} = {
        run = { type = "app"; program = "/bin/sh"; meta.description = "runs"; };
        run2 = { type = "app"; program = "/bin/sh"; };
        run3 = { type = "app"; program = "/bin/sh"; meta = { }; };
      };
      apps.${a}.run2 = { type = "app"; program = "/bin/sh"; };
      defaultApp.${x} = { type = "app"; program = "/bin/sh"; };
      overlays.default = final: prev: { };
      overlay = final: prev: { };
      nixosModules.m = { };
      nixosModule = { };
      nixosConfigurations.h = { config.system.build.toplevel = d "top" x; };
      templates.t = { path = ./.; description = "tt"; };
      defaultTemplate = { path = ./.; description = "tt"; welcomeText = "w"; };
      formatter.${x} = d "fmt" x;
      hydraJobs.a.b = d "hj" x;
      hydraJobs.z = { };
      legacyPackages.${x} = { l = d "l" x; n.m = d "nm" x; bad = throw "x"; };
      legacyPackages.${a} = { l = d "l" a; };
      lib.f = y: y;
      zork = leaf.x;
      bundlers.${x}.b = y: y;
      empty.${x} = { };
      checks.${a} = { };
    };
}'
git -C all add flake.nix
for flags in "" --all-systems --legacy "--legacy --all-systems" --json "--json --all-systems --legacy"; do
  nix flake show ./all $flags
done
nix flake check --no-build ./all
nix flake check --no-build --all-systems ./all
nix flake show ./leaf
nix flake check ./leaf
