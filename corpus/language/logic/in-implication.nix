true -> 5
