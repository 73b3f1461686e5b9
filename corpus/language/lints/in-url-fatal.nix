[ "a" http://example.org/x
