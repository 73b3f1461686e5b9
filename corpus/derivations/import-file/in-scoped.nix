(builtins.scopedImport { } (derivation { name = "n"; system = "s"; builder = "b"; }).drvPath).outPath
