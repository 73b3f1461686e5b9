[ (import ./value.nix) (import ./function.nix 5) (import ./folder) (import (toString ./value.nix)) ]
