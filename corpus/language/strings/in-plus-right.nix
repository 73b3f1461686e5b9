"text" + 1
