# The NixOS and Home Manager modules, among options that stand for those of their systems.
let
  bundle = import ../bundle.nix;
  inherit (bundle) lib pkgs;
  repository = bundle.input "github:parthspatel/nix-model-repo";
  evaluate =
    extra: modules:
    (lib.evalModules {
      specialArgs.lib = lib // extra;
      modules = modules ++ [
        {
          _module.freeformType = lib.types.lazyAttrsOf lib.types.anything;
          _module.args = { inherit pkgs; };
        }
      ];
    }).config;
  models = {
    bert = {
      source.huggingface.repo = "google-bert/bert-base-uncased";
      hash = lib.fakeHash;
    };
    files = {
      name = "some-files";
      source.url.urls = [ "https://example.com/a" ];
      hash = lib.fakeHash;
    };
  };
  system = evaluate { } [
    repository.nixosModules.default
    {
      services.model-repo = {
        enable = true;
        inherit models;
        group = "ml";
      };
    }
  ];
  home = evaluate { hm.dag.entryAfter = after: data: { inherit after data; }; } [
    repository.homeManagerModules.model-repo
    {
      xdg.cacheHome = "/home/user/.cache";
      programs.model-repo = {
        enable = true;
        inherit models;
        integration.huggingface.enable = true;
      };
    }
  ];
in
{
  nixos = {
    inherit (system.users) groups;
    inherit (system.environment) variables;
    packages = map (package: package.name) system.environment.systemPackages;
    paths = builtins.mapAttrs (_: model: model.outPath) system.services.model-repo.modelPaths;
    inherit (system.systemd.tmpfiles) rules;
    start = system.systemd.services.model-repo.serviceConfig.ExecStart.text;
  };
  home = {
    packages = map (package: package.name) home.home.packages;
    variables = home.home.sessionVariables;
    inherit (home.home.activation.setupModelRepoHfCache) after;
  };
}
