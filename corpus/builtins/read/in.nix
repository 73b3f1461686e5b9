with builtins; [ (readFile ./data.txt) (readDir ./folder) (readFileType ./data.txt) (readFileType ./folder) ]
