map builtins.typeOf [ /a/b ~/a /a/${"x"} ./a a/b <nix/fetchurl.nix> ]
