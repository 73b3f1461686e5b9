let count = n: if n == 0 then throw "reached the end" else count (n - 1); in count 3
