# A folder of a bucket, read with the credentials of a profile.
{ pkgs, lib, ... }:

{
  services.model-repo.enable = true;
  services.model-repo.models.custom = {
    source.s3 = {
      bucket = "my-bucket";
      prefix = "models/my-model/";
      region = "us-east-1";
    };
    hash = "sha256-...";
    auth.awsProfile = "my-profile";
  };
}
