map builtins.fromJSON [ "1" "-0" "1.0" "1e2" "\"\\u00e9\\n\\/\"" "null" "true" " [ ] " "{}" "\"\\ud83d\\ude00\"" ]
