let inner = x: throw "deep ${x}"; outer = y: inner y + 1; in { a = outer "down"; }
