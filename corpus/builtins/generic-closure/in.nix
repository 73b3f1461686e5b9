builtins.genericClosure {
  startSet = [ { key = 5; } { key = 1; } ];
  operator = item: if item.key > 10 then [ ] else [ { key = item.key + 3; from = item.key; } { key = item.key * 2; } ];
}
