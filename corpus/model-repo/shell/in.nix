# What the program makes a shell of.
let
  inherit (import ../bundle.nix) project;
  evaluated = project (
    { pkgs, lib, config, ... }:
    {
      languages.python = {
        enable = true;
        package = pkgs.python311;
        venv.enable = true;
        venv.requirements = "numpy\n";
      };
      services.model-repo = {
        enable = true;
        cacheDir = ".cache/models";
        models.bert = {
          source.huggingface.repo = "google-bert/bert-base-uncased";
          hash = lib.fakeHash;
        };
        models.files = {
          source.url.urls = [ "https://example.com/model.bin" ];
          hash = lib.fakeHash;
        };
      };
      packages = [
        pkgs.git
        (pkgs.writeShellScriptBin "hello" "echo hello")
      ];
      env.NUMBER = 3;
      env.YES = true;
      env.LIST = [ "a" "b" ];
      env.ROOT = config.git.root;
      scripts.greet = {
        exec = "echo hi";
        description = "says hi";
      };
      scripts.count = {
        exec = "print(1)";
        package = config.languages.python.package;
      };
      enterShell = "echo entered";
      enterTest = "true";
    }
  );
  inherit (evaluated.config.nixlite) shell;
in
shell
// {
  models = map (
    model:
    model
    // {
      view = model.view.drvPath;
      raw = model.raw.drvPath;
    }
  ) shell.models;
}
