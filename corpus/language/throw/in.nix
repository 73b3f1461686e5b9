throw "a message with ${toString 1} value"
