# Data sets, aliases, mirrors, names of Ollama models, and what is wrong with their like.
let
  inherit (import ../bundle.nix) fetchModel lib modelRepo;
  inherit (modelRepo.lib) sources;
  describe =
    source:
    let
      model = fetchModel {
        name = "m";
        inherit source;
        hash = lib.fakeHash;
      };
    in
    {
      inherit (model.raw) name;
      inherit (model.raw.drvAttrs) source;
      inherit (model) hfCachePath;
      inherit (model.meta) org model;
    };
  refused = source: (builtins.tryEval (describe source).name).success;
in
{
  good = map describe [
    (sources.huggingface.dataset { repo = "org/data"; files = [ "*.parquet" ]; })
    (sources.huggingface.space { repo = "org/page"; revision = "v1"; })
    { huggingface = { repo = "org/m"; repoType = "model"; }; }
    (sources.mkMlflow { trackingUri = "databricks"; } { modelName = "m"; alias = "champion"; files = [ "*.bin" ]; })
    (sources.mkHttp { baseUrl = "https://a.example.com"; } {
      path = "w/x.bin";
      sha256 = "00";
      mirrors = [ "https://b.example.com" "https://c.example.com/pub" ];
    })
    { url = { url = "https://e.com/a?x=1"; mirrors = [ "https://f.com/b" ]; filename = "c.bin"; }; }
    { ollama.model = "llama3"; }
    { ollama = { model = "me/llama3"; tag = "70b"; }; }
    { ollama.model = "localhost:5000/me/llama3:8b"; }
    { ollama.model = "llama3:8b@sha256:0011"; }
    (sources.ollama.mk { model = "llama3"; })
  ];
  bad = map refused [
    { huggingface = { repo = "org/m"; repoType = "paper"; }; }
    { mlflow = { trackingUri = "u"; modelName = "m"; modelAlias = "a"; modelVersion = 1; }; }
    { url = { urls = [ "https://e.com/a" ]; mirrors = [ "https://f.com/a" ]; }; }
    { url.urls = [ { url = "https://e.com/a"; mirrors = "https://f.com/a"; } ]; }
  ];
}
