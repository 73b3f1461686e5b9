[ (builtins.parseFlakeRef "github:NixOS/nixpkgs/nixos-24.05?dir=lib") (builtins.flakeRefToString { type = "github"; owner = "o"; repo = "r"; ref = "main"; }) ]
