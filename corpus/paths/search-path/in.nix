[ (import <lib>) <lib/sub.nix> (import <lib/sub.nix>) (import <direct.nix>) (builtins.length builtins.nixPath) (map (e: e.prefix) builtins.nixPath) ]
