let boom = throw "forced"; in (with { a = boom; b = 1; }; b)
