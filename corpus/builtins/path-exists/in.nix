with builtins; [ (pathExists ./in.nix) (pathExists ./missing) (pathExists "/") (pathExists ./.) ]
