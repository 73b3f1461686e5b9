[ 1 0 9223372036854775807 1.5 .5 1.0e10 2.5e-3 true null "s" ./relative/path /absolute/path ~/home <nixpkgs> <nixpkgs/lib> http://example.org/a?b=c ]
