let d = derivation { name = "multi"; system = "s"; builder = "b"; outputs = [ "bin" "out" ]; }; in [ d.outPath d.outputName d.out.outPath ]
