{ inner.failing = throw "inside"; }
