[ (true && false) (true || throw "not reached") (false && throw "not reached") (false -> throw "not reached") (true -> false) (!true) ]
