map (more: let d = derivation ({ name = "x"; system = "s"; builder = "b"; } // more); in [ d.drvPath d.outPath ]) [
  { outputHashAlgo = "blake3"; outputHash = "744ee1ffd3ccf3d243ab36613bf5f147888ee662bbef87c8544aa447bb6ef256"; }
  { outputHash = "blake3-dE7h/9PM89JDqzZhO/XxR4iO5mK774fIVEqkR7tu8lY="; outputHashMode = "recursive"; }
  { outputHash = ""; outputHashAlgo = "blake3"; }
  { outputHash = "744ee1ffd3ccf3d243ab36613bf5f147888ee662bbef87c8544aa447bb6ef256"; outputHashAlgo = "blake3"; __structuredAttrs = true; }
]
