"in the root entry"
