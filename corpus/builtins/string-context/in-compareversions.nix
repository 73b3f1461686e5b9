let d = derivation { name = "n"; system = "s"; builder = "b"; }; in builtins.compareVersions d.drvPath "2"
