import ./in-short-warn.nix ++ import ./in-short-warn.nix ++ [ http://x.y ]
