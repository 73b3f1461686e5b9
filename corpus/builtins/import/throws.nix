let x = throw "inside the imported file"; in
x + 1
