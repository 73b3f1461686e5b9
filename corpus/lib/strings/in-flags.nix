# Flags of build systems.
let
  lib = import ../../../nix/lib;
in
with lib;
[
  (enableFeature true "x")
  (enableFeatureAs false "x" "y")
  (withFeatureAs true "s" "v")
  (cmakeBool "X" true)
  (cmakeFeature "A" "b")
  (mesonBool "a" true)
  (mesonEnable "a" false)
  (mesonOption "a" "b")
]
