[ (if true || throw "no" then 1 else throw "no") (true || (throw "no")) (false && (throw "no")) (false -> throw "no") ]
