map builtins.readFileType [ ./. ./in.nix "${toString ./.}/in.nix" ]
