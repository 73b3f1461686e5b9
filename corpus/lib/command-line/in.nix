# Options from a set.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  options = {
    data = builtins.toJSON { id = 0; };
    X = "PUT";
    retry = 3;
    retry-delay = null;
    url = [ "a" "b" ];
    silent = false;
    verbose = true;
  };
in
{
  gnu = cli.toCommandLineGNU { } options;
  shell = cli.toCommandLineShellGNU { } options;
  own = cli.toCommandLine (name: { option = "-${name}"; sep = ":"; explicitBool = false; }) options;
}
