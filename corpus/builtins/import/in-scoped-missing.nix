scopedImport { other = 1; } ./scoped.nix
