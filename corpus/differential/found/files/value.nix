{ value = 1; inner = import ./tree/inner.nix; }
