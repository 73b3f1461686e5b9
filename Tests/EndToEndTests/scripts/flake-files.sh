# Each line is a flake.nix, first in a folder and then in a Git repository.
while IFS= read -r text; do
  echo "--- $text"
  rm -rf plain git
  make_repository git
  flake plain "$text"
  nix flake lock path:$W/plain
  [ -f plain/flake.lock ] && show plain/flake.lock
  flake git "$text"
  commit git
  nix flake lock ./git
done <<END
{ outputs = { self }: { }; x = 1; }
{ }
{ inputs = 1; outputs = { self }: { }; }
{ inputs.a.url = "x" + "y"; outputs = { self }: { }; }
{ inputs.a.url = toString 1; outputs = { self }: { }; }
{ inputs.a.url = 1; outputs = { self }: { }; }
{ inputs.a.foo = 1; outputs = { self }: { }; }
{ inputs.a.foo = [ ]; outputs = { self }: { }; }
{ inputs.a.foo = [ 1 ]; outputs = { self }: { }; }
{ inputs.a.foo = -1; outputs = { self }: { }; }
{ inputs.a.flake = 1; outputs = { self }: { }; }
{ inputs.a.follows = 1; outputs = { self }: { }; }
{ inputs.a = { follows = "b"; url = "path:$W/data"; }; outputs = { self }: { }; }
{ inputs.a = { follows = "1b"; }; outputs = { self }: { }; }
{ inputs.a = { type = "path"; path = "$W/data"; flake = false; }; outputs = { self }: { }; }
{ inputs.a = { type = "path"; bla = "$W/data"; flake = false; }; outputs = { self }: { }; }
{ inputs.self.foo = true; outputs = { self }: { }; }
{ inputs.a.inputs.self.foo = true; outputs = { self }: { }; }
{ inputs = { a.url = "nixpkgs#foo"; }; outputs = { self }: { }; }
{ inputs = { a.url = ./sub; }; outputs = { self }: { }; }
{ inputs = { a.url = "path:$W/nonex"; }; outputs = { self }: { }; }
{ inputs = { a.url = "path:$W/data"; }; outputs = { self }: { }; }
{ inputs = { a.url = "path:$W/data"; a.flake = false; a.inputs.x.url = "foo"; }; outputs = { self }: { }; }
{ inputs = { a.url = "path:$W/one"; a.inputs.x.url = "foo"; }; outputs = { self }: { }; }
{ description = 1; outputs = { self }: { }; }
{ outputs = { }; }
{ outputs = self: { }; }
{ outputs = { self, zork }: { }; }
let x = 1; in { outputs = self: { }; }
rec { d = "path:$W/one"; inputs.a.url = d; outputs = self: { }; }
rec { description = "path:$W/one"; inputs.a.url = description; outputs = self: { }; }
{ inputs = let x = 1; in { }; outputs = self: { }; }
{ inputs."a-\${"b"}".url = "path:$W/one"; outputs = self: { }; }
{ nixConfig.foo = x: x; outputs = self: { }; }
{ nixConfig.foo = [ 1 ]; outputs = self: { }; }
{ outputs = self: { 
{ inputs = { a.url = "x:y:z"; }; outputs = { self }: { }; }
{ inputs.a.url = y; outputs = { self }: { }; }
{ inputs.a = { }; outputs = { self, a }: { }; }
{ inputs.a.inputs.b.url = "path:$W/one"; outputs = { self, a }: { }; }
{ inputs.one = { url = "path:$W/one"; flake = false; inputs.x.inputs.y.follows = "one"; }; inputs.z.follows = "one"; outputs = { self, ... }: { }; }
{ inputs = { a.url = "git+file://$W/nonex"; }; outputs = { self }: { }; }
{ inputs = { a.url = "git+file://$W/leaf?dir=nope"; }; outputs = { self }: { }; }
{ inputs = { "a.b".url = "path:$W/one"; }; outputs = { self, ... }: { }; }
END
