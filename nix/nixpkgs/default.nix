# What a project gets that writes `import nixpkgs { … }`. The host gives the files of this folder, and no others, the
# variable `__nixlite`: the answer of the bundled ../default.nix.
__nixlite.importNixpkgs
