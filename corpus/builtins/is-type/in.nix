with builtins; map (f: map f [ 1 1.5 "s" true null [ ] { } (x: x) ./p ]) [ isInt isFloat isString isBool isNull isList isAttrs isFunction isPath typeOf ]
