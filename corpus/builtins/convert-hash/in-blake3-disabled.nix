builtins.convertHash { hash = "blake3-dE7h/9PM89JDqzZhO/XxR4iO5mK774fIVEqkR7tu8lY="; toHashFormat = "nix32"; }
