# Small sets put onto large ones, one after another, and every way to look at what comes of it.
let
  range = builtins.genList (n: n);
  large = builtins.listToAttrs (map (n: { name = "name-${toString n}"; value = n; }) (range 200));
  one = large // { name-7 = "seven"; fresh = { inner = 1; }; };
  many = builtins.foldl' (set: n: set // { "name-${toString (n * 3)}" = "new ${toString n}"; "added-${toString n}" = n; }) one (range 100);
  callable = many // { __functor = self: n: self.name-8 + n; };
  derived = large // { type = "derivation"; outPath = "/out"; drvPath = "/drv"; };
  count = set: builtins.length (builtins.attrNames set);
in
{
  selected = [ one.name-7 one.name-8 one.fresh.inner many.name-7 many.name-9 many.added-99 many.name-298 or "none" ];
  has = [ (one ? fresh) (one ? fresh.inner) (one ? name-199) (one ? name-200) (many ? added-50) (many ? "added-${"5"}0") (many ? missing) ];
  dynamic = map (n: many."name-${toString n}") [ 0 1 2 3 150 199 297 ];
  scope = with many; [ name-7 added-3 ];
  nested = with one; with { name-7 = "inner"; }; [ name-7 name-8 ];
  inherited = { inherit (many) name-7 name-12 added-0; };
  counts = map count [ large one many callable ];
  pattern = (({ name-7, fresh, absent ? "default", ... }@all: [ name-7 fresh.inner absent (count all) ]) one);
  equal = [ (one == one) (one == large) (one == large // { fresh.inner = 1; name-7 = "seven"; }) (many == one) ];
  called = [ (callable 1) (map callable [ 2 ]) ];
  json = builtins.stringLength (builtins.toJSON many);
  text = "${derived}";
  removed = count (removeAttrs many [ "name-7" "added-3" "missing" ]);
  intersected = [ (builtins.intersectAttrs { name-7 = 0; fresh = 0; } many) (count (builtins.intersectAttrs many large)) ];
  mapped = (builtins.mapAttrs (name: value: name) many).added-7;
  values = builtins.length (builtins.attrValues many);
  builtin = [ (builtins.getAttr "added-7" many) (builtins.hasAttr "added-7" many) (builtins.hasAttr "x" many) ];
  concatenated = builtins.catAttrs "name-6" [ large one many ];
  zipped = (builtins.zipAttrsWith (name: values: values) [ one many ]).name-9;
  both = count (many // one) + count (one // many) + count (many // many);
  list = builtins.listToAttrs [ (large // { name = "n"; value = "v"; }) ];
  deep = builtins.deepSeq many (count many);
  position = (builtins.unsafeGetAttrPos "fresh" many).line;
  order = builtins.head (builtins.attrNames many);
}
