# A version and a stage.
(import ../bundle.nix).fetchModel {
  name = "m";
  source.mlflow = {
    trackingUri = "https://mlflow.example.com";
    modelName = "m";
    modelVersion = "1";
    modelStage = "Production";
  };
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}
