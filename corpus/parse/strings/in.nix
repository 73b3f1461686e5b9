x: b: deep: [ "plain" "tab\tnewline\nreturn\rquote\"dollar\$dollar2\${x}" "$" "$$" "$${x}" "a${b}c" "${b}" "${"nested ${deep}"}" ]
