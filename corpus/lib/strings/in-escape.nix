# Escapes for other languages.
let
  lib = import ../../../nix/lib;
in
with lib;
{
  shell = map escapeShellArg [ "esc'ape\nme" "abc" "" "a b" "%/-+:@_.," "$x" ];
  arguments = escapeShellArgs [ "one" "two three" 4 ];
  variables = toShellVars { foo = "a b"; bar = [ "x" "y z" ]; baz = { a = "1"; "b c" = 2; }; };
  regex = escapeRegex "[^a-z]*";
  nix = map strings.escapeNixString [ "hello\${}\n" "\"" ];
  identifiers = map strings.escapeNixIdentifier [ "hello" "0abc" "a.b" "if" "a'b-c" "" ];
  xml = escapeXML "\"test\" 'test' < & >";
  url = escapeURL "foo/bar baz~%+";
  c = strings.escapeC [ " " "\n" ] "Hello World\n";
}
