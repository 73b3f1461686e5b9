with a c
