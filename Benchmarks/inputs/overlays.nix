# Eight fixed points of 1500 overlays each over a set of 6000 packages.
let
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let previous = f final; in previous // overlay final previous;
  range = builtins.genList (n: n);
  base = start: final: builtins.listToAttrs (map (n: {
    name = "package-${toString n}";
    value = { version = n + start; inputs = if n == 0 then [ ] else [ final."package-${toString (n - 1)}" ]; };
  }) (range 6000));
  overlay = n: final: previous: {
    "package-${toString n}" = previous."package-${toString n}" // { version = previous."package-${toString n}".version + 1; };
    "added-${toString n}" = final."package-${toString n}".version;
  };
  all = start: fix (builtins.foldl' (f: n: extends (overlay n) f) (base start) (range 1500));
  newest = package: builtins.foldl' (found: input: if input.version > found then input.version else found) package.version package.inputs;
  total = packages: builtins.foldl' (sum: package: sum + (if builtins.isInt package then package else newest package)) 0 (builtins.attrValues packages);
in
map (start: total (all start)) (range 8)
