"""Random Nix expressions, asked of two evaluators (see Fuzz/README.md)."""
