a/b + http://x.y
