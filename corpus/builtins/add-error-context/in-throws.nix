builtins.addErrorContext "while doing the thing" (throw "failed")
