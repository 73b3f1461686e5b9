with builtins; [ (functionArgs ({ a, b ? 1, ... }: a)) (functionArgs (x: x)) (functionArgs ({ }: 1)) (isFunction (x: x)) (isFunction { __functor = s: x: x; }) (isFunction builtins.map) ]
