# Sets for a model's `validation`, from nothing at all to everything there is.
{ lib }:
let
  validators = import ./validators.nix { inherit lib; };
  every = {
    modelscan = true;
    pickleScan = true;
    checksums = true;
  };
  none = {
    modelscan = false;
    pickleScan = false;
    checksums = false;
  };
  strictly = [
    validators.noPickleFiles
    validators.safetensorsOnly
    validators.noPythonCode
  ];
in
{
  # For what goes into production.
  strict = {
    enable = true;
    skipDefaults = false;
    defaults = every;
    validators = strictly ++ [
      validators.validConfigJson
      validators.licenseCheck
      validators.validHfStructure
    ];
    onFailure = "abort";
    timeout = 600;
  };

  standard = {
    enable = true;
    skipDefaults = false;
    defaults = every;
    validators = [
      validators.validConfigJson
      validators.validHfStructure
    ];
    onFailure = "abort";
    timeout = 300;
  };

  # For continuous integration.
  minimal = {
    enable = true;
    skipDefaults = true;
    defaults = none // {
      checksums = true;
    };
    validators = [ validators.validHfStructure ];
    onFailure = "warn";
    timeout = 60;
  };

  none = {
    enable = false;
    skipDefaults = true;
    defaults = none;
    validators = [ ];
    onFailure = "skip";
    timeout = 0;
  };

  paranoid = {
    enable = true;
    skipDefaults = false;
    defaults = every;
    validators = strictly ++ [
      (validators.maxSize "100G")
      validators.validConfigJson
      validators.licenseCheck
      validators.signatureVerify
      validators.validHfStructure
      (validators.requiredFiles [ "config.json" ])
    ];
    onFailure = "abort";
    timeout = 1200;
  };

  # For trying things out.
  quick = {
    enable = true;
    skipDefaults = true;
    defaults = none;
    validators = [ validators.validHfStructure ];
    onFailure = "warn";
    timeout = 30;
  };
}
