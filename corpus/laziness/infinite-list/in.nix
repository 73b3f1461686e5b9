let nat = n: { head = n; tail = nat (n + 1); }; take = n: s: if n == 0 then [ ] else [ s.head ] ++ take (n - 1) s.tail; in take 5 (nat 0)
