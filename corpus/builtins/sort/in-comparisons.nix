let
  traced = a: b: builtins.trace "${toString a} ${toString b}" (a < b);
in
[
  (builtins.sort traced [ 2 1 ])
  (builtins.sort traced [ 3 1 2 ])
  (builtins.sort traced [ 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 ])
  (builtins.sort traced [ 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 ])
  (builtins.sort traced [ 5 9 1 8 8 3 7 2 2 2 6 4 0 1 9 9 5 3 3 7 ])
]
