# Formats of configuration files.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  ini = generators.toINI { } { foo = { hi = "5"; yes = true; none = null; n = 3; }; "a[b]".x = "="; };
  duplicates = generators.toINI { listsAsDuplicateKeys = true; } { foo.a = [ 1 2 ]; };
  global = generators.toINIWithGlobalSection { } { globalSection.a = 1; sections.b.c = 2; };
  git = generators.toGitINI { url."ssh://git@github.com/".insteadOf = "https://github.com"; user.name = "somebody"; core.x = [ 1 2 ]; };
  keyValue = generators.toKeyValue { } { a = 1; b = "x=y"; "c=d" = true; };
  json = generators.toJSON { } { a = [ 1 2 ]; };
  yaml = generators.toYAML { } { a = [ 1 2 ]; };
  plist = generators.toPlist { escape = true; } { a = 1; b = "x&y"; c = [ 1 true ]; d = { }; e = null; };
  dhall = generators.toDhall { } { a = 1; b = [ true "x" ]; };
  lua = generators.toLua { } { cmd = [ "server" "--stdio" ]; root = mkLuaInline "vim.fn.getcwd()"; none = null; };
  bindings = generators.toLua { asBindings = true; } { a = [ 1 2 ]; b.c = 1; };
}
