{
  outer = {
    inner = [
      (
        let
          value = throw "deep in the file";
        in
        value
      )
    ];
  };
}
