print("nixlite")
