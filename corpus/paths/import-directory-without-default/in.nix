import ./folder
