with builtins;
concatMap (toHashFormat: [
  (convertHash { hash = "blake3-dE7h/9PM89JDqzZhO/XxR4iO5mK774fIVEqkR7tu8lY="; inherit toHashFormat; })
  (convertHash { hash = "744ee1ffd3ccf3d243ab36613bf5f147888ee662bbef87c8544aa447bb6ef256"; hashAlgo = "blake3"; inherit toHashFormat; })
  (convertHash { hash = "blake3:0mpjdsxlg92aak48gvxvcbk8x227y7sknq9nmd1x5wycsgzy2kkl"; inherit toHashFormat; })
]) [ "base16" "nix32" "base64" "sri" ]
