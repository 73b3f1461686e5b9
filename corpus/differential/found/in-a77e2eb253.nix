((self @ { }: 1) { value = 1; inherit (1) __toString "a"; })
