let s = { outPath = "/path"; }; t = { __toString = self: "shown ${self.n}"; n = "name"; }; in [ "${s}" "${t}" ("${s}" + "/x") ("a" + t) ]
