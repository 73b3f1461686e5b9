with builtins; [ (baseNameOf "a/b/c.d") (baseNameOf "a/") (baseNameOf "/") (baseNameOf "") (baseNameOf ./x/y) (dirOf "a/b/c") (dirOf "a") (dirOf "/a") (dirOf ./x/y) (dirOf "/") (baseNameOf "a//") ]
