[ (import (builtins.toFile "value.nix" "1 + 1")) (builtins.readFile (builtins.toFile "text" "read back")) ]
