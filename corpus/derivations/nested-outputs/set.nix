rec {
  drv = attributes: derivation ({ system = "s"; builder = "/b"; } // attributes);
  # Its output is a derivation that is not known before it is built.
  text = drv { name = "inner.drv"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  # Known, but not there.
  fixed = drv { name = "inner.drv"; outputHashMode = "text"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  plain = drv { name = "plain"; };
  one = builtins.outputOf text.outPath "out";
  two = builtins.outputOf one "dev";
  three = builtins.outputOf two "lib";
  ofFixed = builtins.outputOf fixed.outPath "out";
  ofPlain = builtins.outputOf plain.outPath "out";
  path = derivation: builtins.unsafeDiscardOutputDependency derivation.drvPath;
  file = derivation: [ derivation.outPath derivation.drvPath (builtins.readFile derivation.drvPath) ];
}
