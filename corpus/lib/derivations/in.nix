# Attributes on every output, known before the derivation is evaluated.
let
  lib = import ../../../nix/lib;
in
with lib;
let
  drv = extendDerivation true { foo = 1; } (derivation { name = "x"; builder = "y"; system = "z"; outputs = [ "out" "dev" ]; });
  lazy = lazyDerivation { derivation = throw "not reached"; meta.a = 1; passthru.t = 1; outputs = [ "out" "dev" ]; };
in
{
  dev = [ drv.dev.foo drv.dev.outputName ];
  all = map (output: output.outputName) drv.all;
  lazy = [ lazy.meta lazy.t lazy.type lazy.outputs ];
  overridden = (overrideDerivation (derivation { name = "x"; builder = "y"; system = "z"; }) (old: { name = old.name + "q"; })).name;
  optional = [ (optionalDrvAttr true 1) (optionalDrvAttr false 1) ];
  meta = (addMetaAttrs { a = 1; } { meta.b = 2; }).meta;
  priority = [ (hiPrio { }).meta.priority (lowPrio { }).meta.priority ];
}
