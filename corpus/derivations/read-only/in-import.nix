import (builtins.toFile "x" "1")
