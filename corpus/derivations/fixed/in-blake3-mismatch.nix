(derivation { name = "x"; system = "s"; builder = "b"; outputHash = "blake3-dE7h/9PM89JDqzZhO/XxR4iO5mK774fIVEqkR7tu8lY="; outputHashAlgo = "sha256"; }).outPath
