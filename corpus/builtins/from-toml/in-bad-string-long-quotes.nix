builtins.fromTOML "a = '''x''''''"
