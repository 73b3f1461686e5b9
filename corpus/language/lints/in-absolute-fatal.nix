
/a/b
