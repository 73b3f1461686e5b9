# Presets and validators: what a view's builder is told to run.
let
  inherit (import ../bundle.nix) fetchModel lib modelRepo pkgs;
  inherit (modelRepo.lib.validation) presets validators;
  told =
    validation:
    let
      model = fetchModel {
        name = "m";
        source.mock = { };
        hash = lib.fakeHash;
        inherit validation;
      };
      given = builtins.fromJSON (builtins.unsafeDiscardStringContext model.drvAttrs.validation);
    in
    given // { validators = map (validator: removeAttrs validator [ "command" ]) given.validators; };
in
{
  presets = builtins.mapAttrs (_: told) presets;
  own = told {
    onFailure = "warn";
    timeout = 7;
    defaults.modelscan = false;
    validators = [
      {
        name = "mine";
        command = "true";
      }
      (validators.custom {
        name = "script";
        script = "exit 1";
        onFailure = "skip";
      })
      (validators.maxSize "10G")
      (validators.noPickleFiles // { buildInputs = [ pkgs.jq (pkgs.writeText "input" "") ]; })
    ];
  };
  commands = map (validator: builtins.isString validator.command) [
    validators.noSymlinks
    (validators.requiredFiles [ "config.json" "a b" ])
    (validators.fileTypes [ ".json" ])
    validators.modelscan
    (modelRepo.lib.validation.mkValidator { name = "n"; command = "c"; })
  ];
}
