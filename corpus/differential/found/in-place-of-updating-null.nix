1 // null
