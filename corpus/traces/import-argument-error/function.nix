{ name, other ? 1 }:
name
