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
      hash = "sha256-YZJ53hlea+GV4bc23g1LjmofXpeZl6WPCaIUlaffNmU=";
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
      hash = "sha256-on9aZTtcI5si8mtduKdjfeHZI2620qXuC+z9EHvepuE=";
    };
  };
}
