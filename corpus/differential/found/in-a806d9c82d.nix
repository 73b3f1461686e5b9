rec { inherit (1) name "a"; }
