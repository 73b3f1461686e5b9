# Flags of build systems.
with import ../../../nix/lib;
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
