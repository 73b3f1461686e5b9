(builtins.hashFile ((x: "blake3") 1) 1)
