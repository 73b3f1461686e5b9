a: b: a |> b
