builtins.findFile [ { path = ./.; prefix = "p"; } ] "px/in.nix"
