map builtins.fromTOML [ "" "\n" "# only a comment" "  \t" ]
