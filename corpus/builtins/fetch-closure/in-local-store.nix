builtins.fetchClosure { fromPath = /nix/store/82l07bidcfxgl7gmwsa4k2knxhf892s4-d; fromStore = "auto"; }
