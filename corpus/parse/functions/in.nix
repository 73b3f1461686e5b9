[
  (x: x)
  ({ }: 1)
  ({ a }: a)
  ({ a, b ? 1 }: a)
  ({ a, ... }: a)
  ({ ... }: 1)
  (args@{ a, b ? a, ... }: args)
  ({ a }@args: args)
  ({ a, }: a)
]
