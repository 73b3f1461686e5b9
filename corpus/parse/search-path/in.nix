<nixpkgs/a-b/c.d>
