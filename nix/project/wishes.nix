# What a flake.nix asks of its own tree with `inputs.self`: the attributes that are true.
file:
let
  own = (import file).inputs.self or { };
in
builtins.listToAttrs (
  map (name: {
    inherit name;
    value = true;
  }) (builtins.filter (name: own.${name} or false == true) [ "lfs" "submodules" ])
)
