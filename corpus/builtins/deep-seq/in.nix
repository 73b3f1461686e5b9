with builtins; [ (seq 1 2) (deepSeq { a = [ 1 ]; } 3) (seq { a = throw "shallow"; } 4) (tryEval (deepSeq { a = throw "deep"; } 5)) ]
