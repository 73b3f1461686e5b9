builtins.fromJSON ''{"a": 1, "a": {"b": [[], {}]}}''
