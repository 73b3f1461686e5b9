# Functions that write a `source` set: one call instead of nested attributes.
{ lib }:
let
  inherit (lib) optionalAttrs;
  ofOrganisation = organisation: model: { huggingface.repo = "${organisation}/${model}"; };
in
{
  huggingface = {
    metaLlama = ofOrganisation "meta-llama";
    mistralai = ofOrganisation "mistralai";
    microsoft = ofOrganisation "microsoft";
    google = ofOrganisation "google";
    openai = ofOrganisation "openai";
    org = ofOrganisation;
    mk =
      {
        repo,
        revision ? "main",
        files ? null,
      }:
      {
        huggingface = {
          inherit repo revision;
        }
        // optionalAttrs (files != null) { inherit files; };
      };
  };

  ollama.model = model: { ollama = { inherit model; }; };

  # The factories below are given what several models share, and answer a function for one model.
  mkMlflow =
    { trackingUri }:
    {
      modelName,
      version ? null,
      stage ? null,
    }:
    {
      mlflow = {
        inherit trackingUri modelName;
        modelVersion = version;
        modelStage = stage;
      };
    };

  # A string is taken as the bucket, in the region us-east-1.
  mkS3 =
    shared:
    let
      place =
        if builtins.isString shared then
          {
            bucket = shared;
            region = "us-east-1";
          }
        else
          { inherit (shared) bucket region; };
    in
    {
      prefix,
      files ? null,
    }:
    { s3 = place // { inherit prefix; } // optionalAttrs (files != null) { inherit files; }; };

  mkGitLfs =
    { baseUrl }:
    {
      repo,
      rev,
      files ? null,
    }:
    {
      git-lfs = {
        url = "${baseUrl}/${repo}.git";
        inherit rev;
        lfsFiles = files;
      };
    };

  mkGitXet =
    { endpoint }:
    {
      url,
      rev,
      files ? null,
    }:
    {
      git-xet = {
        inherit url rev;
        xet.endpoint = endpoint;
      }
      // optionalAttrs (files != null) { inherit files; };
    };

  mkHttp =
    { baseUrl }:
    {
      path,
      filename ? null,
    }:
    { url.urls = [ ({ url = "${baseUrl}/${path}"; } // optionalAttrs (filename != null) { inherit filename; }) ]; };

  mock = {
    model =
      {
        org ? "test-org",
        model ? "test-model",
        files ? [ "config.json" ],
        revision ? "main",
      }:
      { mock = { inherit org model files revision; }; };
    empty.mock = {
      org = "test";
      model = "empty";
      files = [ ];
    };
    minimal.mock = {
      org = "test";
      model = "minimal";
      files = [ "config.json" ];
    };
  };
}
