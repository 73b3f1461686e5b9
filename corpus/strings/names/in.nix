map builtins.parseDrvName [ "hello-1.2" "hello" "a-1-b-2" "-1" "x-" "python3.11-numpy-1.26.4" "nix-unstable-2024" "1.0" "foo-bar-1.0pre2" ]
