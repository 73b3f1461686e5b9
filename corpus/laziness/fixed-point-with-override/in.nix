let
  makeOverridable = f: args: let result = f args; in result // { override = new: makeOverridable f (args // new); };
  package = makeOverridable ({ name, version ? "1" }: { inherit name version; full = "${name}-${version}"; }) { name = "p"; };
in
[ package.full (package.override { version = "2"; }).full ((package.override { version = "2"; }).override { name = "q"; }).full ]
