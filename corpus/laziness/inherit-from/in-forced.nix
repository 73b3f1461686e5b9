{ inherit (throw "the whole set") x; }.x
