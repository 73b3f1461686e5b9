"prefix" + ./missing-file
