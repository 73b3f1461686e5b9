# a line
/* a block */ 1 /* another
over lines */ # the end
