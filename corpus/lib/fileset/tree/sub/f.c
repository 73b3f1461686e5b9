sub/f.c
