({ package, version }: package) { pakage = 1; version = 2; }
