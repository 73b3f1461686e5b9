builtins.genList ({ a }: a) 2
