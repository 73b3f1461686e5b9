{ alpha = 1; }.alpa
