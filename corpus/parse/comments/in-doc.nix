/** Documents the function. */
x: /* inner */ x # end
