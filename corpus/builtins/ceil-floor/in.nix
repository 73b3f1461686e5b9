[ (builtins.ceil 1.5) (builtins.floor 1.5) (builtins.ceil (-1.5)) (builtins.floor (-1.5)) (builtins.ceil 3) (builtins.floor 9007199254740992) (builtins.ceil (-0.0)) ]
