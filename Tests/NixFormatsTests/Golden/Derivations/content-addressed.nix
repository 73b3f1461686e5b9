let
  floating = derivation { name = "floating"; system = "x86_64-linux"; builder = "/bin/sh"; __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputs = [ "out" "dev" ]; };
  deferred = derivation { name = "deferred"; system = "x86_64-linux"; builder = "/bin/sh"; a = floating; b = floating.dev; };
  impure = derivation { name = "impure"; system = "x86_64-linux"; builder = "/bin/sh"; __impure = true; };
in { inherit floating deferred impure; }
