let check = x: builtins.addErrorContext "while checking ${x}" (throw "failed on ${x}"); in check "item"
