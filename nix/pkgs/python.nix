# Python in its known shape. The interpreter itself is the machine's python3; packages are placeholders.
{
  lib,
  pkgs,
  placeholder,
}:
let
  interpreter =
    attribute: version: packageSet:
    let
      base = placeholder attribute;
      self = base // {
        pname = "python3";
        inherit version;
        pythonVersion = version;
        isPy3 = true;
        sitePackages = "lib/python${version}/site-packages";
        executable = "python${version}";
        pkgs = packages;
        meta = base.meta // {
          mainProgram = "python${version}";
        };
        # The packages of the environment are kept for whoever asks: `requiredPythonModules`.
        withPackages =
          choose:
          placeholder "${attribute}.withPackages"
          // {
            pname = "python3-env";
            name = "python3-env";
            inherit (base) meta;
            requiredPythonModules = choose packages;
            python = self;
          };
        buildEnv = placeholder "${attribute}.withPackages" // {
          override = arguments: self.withPackages (_: arguments.extraLibs or [ ]);
        };
        override = _: self;
      };
      packages = placeholder packageSet // {
        python = self;
        pythonVersion = version;
      };
    in
    {
      ${attribute} = self;
      ${packageSet} = packages;
    };
  minor = number: interpreter "python3${number}" "3.${number}" "python3${number}Packages";
in
interpreter "python3" "3.13" "python3Packages"
// interpreter "python" "3.13" "pythonPackages"
// builtins.foldl' (all: number: all // minor number) { } [
  "8"
  "9"
  "10"
  "11"
  "12"
  "13"
  "14"
]
