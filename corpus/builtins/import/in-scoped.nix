[ (scopedImport { secret = 42; } ./scoped.nix) (scopedImport { secret = 1; builtins = { }; } ./scoped.nix) ]
