map builtins.parseFlakeRef [ "git+https://x/y" "https://x/y.tar.gz" ]
