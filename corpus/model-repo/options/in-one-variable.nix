# Two models whose names give one variable.
((import ../bundle.nix).project (
  { lib, ... }:
  {
    services.model-repo = {
      enable = true;
      models = lib.genAttrs [ "a-b" "a_b" ] (_: {
        source.mock = { };
        hash = lib.fakeHash;
      });
    };
  }
)).config.env.MODEL_REPO_A_B
