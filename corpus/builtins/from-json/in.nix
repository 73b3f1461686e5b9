builtins.fromJSON ''{"a": [1, 2.5, -3, true, false, null], "b": {"c": "x\ny\u00e9"}, "e": 1e3, "big": 9223372036854775807}''
