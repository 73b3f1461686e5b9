{ enable = true; enabled = 1; package = 2; }.enabel
