builtins.fromTOML "[\"\\ud800\"]"
