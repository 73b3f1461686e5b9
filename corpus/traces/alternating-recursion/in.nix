let f = again: n: if n > 0 then f again (n - 1) else if again then g again 10 else throw "end"; g = again: n: if n > 0 then g again (n - 1) else f false 10; in f true 10
