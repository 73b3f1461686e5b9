let a = "let"; in with { a = "with"; b = "with b"; }; with { b = "inner b"; }; [ a b ]
