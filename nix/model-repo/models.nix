# The models that the flake itself describes: two that need no network.
{
  test = {
    empty = {
      name = "test-empty";
      source.mock = {
        org = "test-org";
        model = "empty-model";
        files = [ "config.json" ];
      };
      hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    };
    minimal = {
      name = "test-minimal";
      source.mock = {
        org = "test-org";
        model = "minimal-model";
        files = [
          "config.json"
          "tokenizer.json"
        ];
      };
      hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    };
  };
}
