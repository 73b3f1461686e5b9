builtins.addErrorContext "while doing the thing" 1
