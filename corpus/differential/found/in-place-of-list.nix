![ (throw "l") ]
