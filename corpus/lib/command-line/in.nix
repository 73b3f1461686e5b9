# Options from a set.
with import ../../../nix/lib;
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
