map builtins.typeOf [ a/b ../a ./a a/${"x"} ./a/${"b"} "${toString a/c}" ]
