a: b: a <| b
