<does-not-exist/x>
