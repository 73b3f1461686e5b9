# devenv inside a flake: the model is `.#models.bert`, through the configuration of the devShell.
{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    devenv.url = "github:cachix/devenv";
    nix-model-repo.url = "github:parthspatel/nix-model-repo";
  };

  outputs = { self, nixpkgs, devenv, nix-model-repo, ... }@inputs:
  let
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
  in {
    devShells.x86_64-linux.default = devenv.lib.mkShell {
      inherit inputs pkgs;
      modules = [
        nix-model-repo.devenvModules.default
        {
          services.model-repo = {
            enable = true;
            models.bert = {
              source.huggingface.repo = "google-bert/bert-base-uncased";
              hash = (import ./hashes.nix).bert;
            };
          };
        }
      ];
    };
  };
}
