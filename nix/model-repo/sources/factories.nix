# Functions that write a `source` set: one call instead of nested attributes.
{ lib }:
let
  inherit (lib) optionalAttrs;
  ofOrganisation = organisation: model: { huggingface.repo = "${organisation}/${model}"; };
  # A repository of the hub, of whatever kind.
  ofHub =
    repoType:
    {
      repo,
      revision ? "main",
      files ? null,
    }:
    {
      huggingface = {
        inherit repo revision;
      }
      // optionalAttrs (repoType != "model") { inherit repoType; }
      // optionalAttrs (files != null) { inherit files; };
    };
in
{
  huggingface = {
    metaLlama = ofOrganisation "meta-llama";
    mistralai = ofOrganisation "mistralai";
    microsoft = ofOrganisation "microsoft";
    google = ofOrganisation "google";
    openai = ofOrganisation "openai";
    org = ofOrganisation;
    mk = ofHub "model";
    dataset = ofHub "dataset";
    space = ofHub "space";
  };

  ollama = {
    model = model: { ollama = { inherit model; }; };
    mk =
      {
        model,
        tag ? "latest",
      }:
      { ollama = { inherit model tag; }; };
  };

  # The factories below are given what several models share, and answer a function for one model.
  mkMlflow =
    { trackingUri }:
    {
      modelName,
      version ? null,
      stage ? null,
      alias ? null,
      files ? null,
    }:
    {
      mlflow = {
        inherit trackingUri modelName;
        modelVersion = version;
        modelStage = stage;
      }
      // optionalAttrs (alias != null) { modelAlias = alias; }
      // optionalAttrs (files != null) { inherit files; };
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
          builtins.intersectAttrs {
            bucket = null;
            region = null;
            endpoint = null;
            addressingStyle = null;
            requesterPays = null;
          } shared;
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
      sha256 ? null,
      mirrors ? null,
    }:
    {
      url.urls = [
        (
          {
            url = "${baseUrl}/${path}";
          }
          // optionalAttrs (filename != null) { inherit filename; }
          // optionalAttrs (sha256 != null) { inherit sha256; }
          // optionalAttrs (mirrors != null) { mirrors = map (mirror: "${mirror}/${path}") mirrors; }
        )
      ];
    };

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
