[ https://example.org/path?x=1&y=2 git+ssh://host/x a:b ]
