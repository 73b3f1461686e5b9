<no-such-file>
