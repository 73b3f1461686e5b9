[ (if true then 1 else throw "no") (if 1 < 2 then "yes" else "no") ]
