# What a fetcher is told of each kind of source, and the name of its derivation; the factories among them.
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
in
map describe [
  (sources.huggingface.mk { repo = "org/model"; revision = "v1"; files = [ "*.json" ]; })
  (sources.huggingface.metaLlama "Llama-2-7b-hf")
  (sources.huggingface.org "a" "b")
  (sources.mkMlflow { trackingUri = "https://mlflow.example.com"; } { modelName = "team/m"; version = "3"; })
  (sources.mkMlflow { trackingUri = "https://mlflow.example.com"; } { modelName = "m"; stage = "Production"; })
  {
    mlflow = {
      trackingUri = "https://mlflow.example.com";
      modelName = "m";
      modelVersion = 7;
    };
  }
  (sources.mkS3 { bucket = "my-models"; region = "us-west-2"; } { prefix = "llms/llama 2/"; })
  (sources.mkS3 "my-models" { prefix = "p"; files = [ "*.bin" ]; })
  (sources.mkGitLfs { baseUrl = "https://github.com/org"; } { repo = "model"; rev = "abc"; })
  { git-lfs = { url = "git@github.com:org/model.git"; rev = "abc"; subdir = "weights"; }; }
  (sources.mkGitXet { endpoint = "https://xet.example.com"; } { url = "https://xet.example.com/org/model"; rev = "abc"; })
  (sources.mkHttp { baseUrl = "https://models.example.com"; } { path = "a/weights.bin"; })
  { url = { urls = [ "https://e.com/a.tar.gz?x=1" { url = "https://e.com/b"; sha256 = "00"; filename = "c"; } ]; extract = true; }; }
  { url.url = "https://e.com/"; }
  (sources.ollama.model "llama2:7b")
  { ollama = { model = "library/llama2"; tag = "13b"; }; }
  sources.mock.minimal
  (sources.mock.model { files = [ ]; })
  { mock = { }; }
]
