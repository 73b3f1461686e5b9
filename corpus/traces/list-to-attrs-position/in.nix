builtins.listToAttrs [
  {
    name = "a";
    value = throw "the position is the value's, not the name's";
  }
]
