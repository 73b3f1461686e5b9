# Checks that a model must pass before its view is complete. A command runs in bash with
#   $src       the view: the model's files and, of a hub model, `blobs`, `snapshots` and `refs` beside them
#   $snapshot  the folder that has the model's files alone; the raw output itself where there are no snapshots
# and refuses by ending with another code than 0. What a validator leaves out of `onFailure` and `timeout` is as the
# model's `validation` says.
{ lib }:
let
  mkValidator =
    {
      name,
      command,
      description ? "",
      ...
    }@given:
    { inherit description; } // given;

  # Refuses every file whose name matches one of the patterns.
  refuseFiles =
    { name, description, patterns, message }:
    mkValidator {
      inherit name description;
      command = ''
        found=$(find -L "$snapshot" -type f \( ${
          lib.concatStringsSep " -o " (map (pattern: "-iname ${lib.escapeShellArg pattern}") patterns)
        } \))
        if [ -n "$found" ]; then
          echo ${lib.escapeShellArg message} >&2
          echo "$found" >&2
          exit 1
        fi
      '';
    };
in
{
  inherit mkValidator;

  # A validator of one's own: `script` is the command.
  custom =
    {
      name,
      script,
      description ? "Custom validator: ${name}",
      ...
    }@given:
    mkValidator (
      builtins.removeAttrs given [ "script" ]
      // {
        inherit description;
        command = script;
      }
    );

  noPickleFiles = refuseFiles {
    name = "no-pickle";
    description = "Ensure no pickle files are present (security risk)";
    patterns = [ "*.pkl" "*.pickle" ];
    message = "pickle files run code when they are loaded:";
  };

  safetensorsOnly = refuseFiles {
    name = "safetensors-only";
    description = "Ensure model uses safetensors format (not pickle-based)";
    patterns = [ "*.bin" "*.pt" "*.pth" "*.ckpt" ];
    message = "weights in a format other than safetensors:";
  };

  noPythonCode = refuseFiles {
    name = "no-python-code";
    description = "Ensure no Python code is bundled with the model";
    patterns = [ "*.py" "*.pyc" "*.pyo" ];
    message = "Python code in the model:";
  };

  noSymlinks = mkValidator {
    name = "no-symlinks";
    description = "Ensure no link leaves the model";
    command = ''
      find "$src" -type l | while IFS= read -r link; do
        case $(readlink -f "$link") in
          "$src"/*) ;;
          *) echo "link out of the model: $link" >&2; exit 1 ;;
        esac
      done
    '';
  };

  # `extensions` with their dots; a file without one of them is refused.
  fileTypes =
    extensions:
    mkValidator {
      name = "file-types";
      description = "Ensure files are of these types: ${lib.concatStringsSep ", " extensions}";
      command = ''
        found=$(find -L "$snapshot" -type f ${
          lib.concatMapStringsSep " " (extension: "! -name ${lib.escapeShellArg "*${extension}"}") extensions
        })
        if [ -n "$found" ]; then
          echo "files of other types:" >&2
          echo "$found" >&2
          exit 1
        fi
      '';
    };

  modelscan = mkValidator {
    name = "modelscan";
    description = "Scan the model with ModelScan";
    command = ''
      modelscan -p "$snapshot"
    '';
  };

  requiredFiles =
    files:
    mkValidator {
      name = "required-files";
      description = "Verify required files are present: ${lib.concatStringsSep ", " files}";
      command = lib.concatMapStrings (file: ''
        [ -e "$snapshot"/${lib.escapeShellArg file} ] || { echo "required file missing: "${lib.escapeShellArg file} >&2; exit 1; }
      '') files;
    };

  # `limit` is a number with an IEC suffix, such as "10G".
  maxSize =
    limit:
    mkValidator {
      name = "max-size-${limit}";
      description = "Ensure model size is under ${limit}";
      command = ''
        size=$(du -sbL "$snapshot" | cut -f1)
        if [ "$size" -gt "$(numfmt --from=iec ${lib.escapeShellArg limit})" ]; then
          echo "the model has $(numfmt --to=iec "$size") bytes, more than ${limit}" >&2
          exit 1
        fi
      '';
    };

  validConfigJson = mkValidator {
    name = "valid-config-json";
    description = "Verify config.json is valid JSON";
    command = ''
      if [ -f "$snapshot/config.json" ]; then
        jq empty "$snapshot/config.json" || { echo "config.json is not JSON" >&2; exit 1; }
      fi
    '';
  };

  licenseCheck = mkValidator {
    name = "license-check";
    description = "Check for license file presence";
    onFailure = "warn";
    command = ''
      ls "$snapshot"/LICENSE* "$snapshot"/LICENCE* 2>/dev/null | grep -q . || { echo "no license file: read the terms of this model" >&2; exit 1; }
    '';
  };

  signatureVerify = mkValidator {
    name = "signature-verify";
    description = "Verify model signatures if present";
    onFailure = "warn";
    command = ''
      if [ -e "$snapshot/.signatures.json" ] || [ -e "$snapshot/model.sig" ]; then
        echo "a signature is there, and nothing that could verify it" >&2
        exit 1
      fi
    '';
  };

  validHfStructure = mkValidator {
    name = "valid-hf-structure";
    description = "Verify HuggingFace cache directory structure";
    onFailure = "warn";
    command = ''
      for folder in blobs snapshots refs; do
        [ -d "$src/$folder" ] || { echo "not the layout of the hub's cache: no $folder/" >&2; exit 1; }
      done
    '';
  };
}
