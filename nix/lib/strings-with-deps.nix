# Pieces of scripts that say which other pieces come before them.
{ lib }:
let
  inherit (builtins) concatStringsSep foldl';
in
{
  # The texts of the entries named, each once, after what it depends on.
  textClosureList =
    entries: names:
    let
      visit =
        state: name:
        if state.done ? ${name} then
          state
        else
          let
            entry = entries.${name};
            before = foldl' visit (state // { done = state.done // { ${name} = true; }; }) (entry.deps or [ ]);
          in
          before // { texts = before.texts ++ [ (entry.text or entry) ]; };
    in
    (foldl' visit {
      done = { };
      texts = [ ];
    } names).texts;
  textClosureMap = function: entries: names: concatStringsSep "\n" (map function (lib.stringsWithDeps.textClosureList entries names));

  noDepEntry = text: {
    inherit text;
    deps = [ ];
  };
  fullDepEntry = text: deps: { inherit text deps; };
  packEntry = deps: {
    inherit deps;
    text = "";
  };
  stringAfter = deps: text: { inherit text deps; };
}
