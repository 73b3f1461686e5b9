(import ./function.nix { naem = "x"; })
