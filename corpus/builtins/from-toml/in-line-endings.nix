builtins.fromTOML "﻿a = 1\r\n\r\n# comment\r\n[b]\r\nc = [\r\n1,\r\n]"
