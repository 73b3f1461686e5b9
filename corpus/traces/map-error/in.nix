map (x: x.name) [ { name = "a"; } { nam = "b"; } ]
