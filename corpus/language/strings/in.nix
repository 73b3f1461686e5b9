[ "a${"b"}c" "${toString 5}" "x\ty" "\${escaped}" "$\${" "é ü 漢" "a\\b" "\"" "\q" "line1
line2" "$" "$$" ]
