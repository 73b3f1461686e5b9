"${./not-there}"
