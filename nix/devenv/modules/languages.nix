# Languages: any option is taken; those that files read back have defaults.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../types.nix { inherit lib; }) freeform;

  # The package of a language where it is not called as the language.
  packageNames = {
    ansible = null;
    c = "clang";
    clojure = null;
    cplusplus = "clang";
    crystal = null;
    cue = null;
    dart = null;
    deno = null;
    dotnet = "dotnet-sdk";
    elixir = null;
    elm = "elmPackages.elm";
    erlang = null;
    fortran = "gfortran";
    gawk = null;
    gleam = null;
    go = null;
    haskell = "ghc";
    helm = "kubernetes-helm";
    idris = "idris2";
    java = "jdk";
    javascript = "nodejs";
    jsonnet = "go-jsonnet";
    julia = "julia-bin";
    kotlin = null;
    lean4 = null;
    lua = null;
    nim = null;
    nix = "nil";
    ocaml = null;
    odin = null;
    opentofu = null;
    pascal = "fpc";
    perl = null;
    php = null;
    purescript = null;
    python = "python3";
    r = "R";
    racket = null;
    raku = "rakudo";
    robotframework = "python3";
    ruby = null;
    rust = "rustc";
    scala = "scala_3";
    shell = "bash";
    solidity = "solc";
    standardml = "mlton";
    swift = null;
    terraform = null;
    texlive = null;
    typescript = null;
    typst = null;
    unison = "unison-ucm";
    v = "vlang";
    vala = null;
    zig = null;
  };

  select = name: builtins.foldl' (set: part: set.${part}) pkgs (lib.splitString "." name);

  # "3.11" or "3.11.4" -> python311
  pythonOf =
    version:
    if version == null then
      pkgs.python3
    else
      pkgs."python${lib.concatStrings (lib.take 2 (lib.splitString "." version))}";

  generic = name: package: {
    enable = false;
    version = null;
    package = select (if package == null then name else package);
    # Builds a project of this language; which package that would be is not known.
    import = path: _arguments: select "devenv-import-${name}";
  };

  # rust.channel and its neighbours, which files read to decide something.
  rust = {
    channel = "nixpkgs";
    components = [
      "rustc"
      "cargo"
      "clippy"
      "rustfmt"
      "rust-analyzer"
    ];
    targets = [ ];
    toolchainPackage = pkgs.rustc;
    toolchain = { inherit (pkgs) rustc cargo clippy rustfmt rust-analyzer; };
  };

  python =
    given:
    {
      package = pythonOf (given.version or null);
      directory = config.devenv.root;
      libraries = [ config.devenv.profile ];
      venv = {
        enable = false;
        requirements = null;
        quiet = false;
      };
      uv = {
        enable = false;
        package = pkgs.uv;
        sync.enable = false;
      };
      poetry = {
        enable = false;
        package = pkgs.poetry;
        install.enable = false;
      };
    };
in
{
  options.languages = lib.mkOption {
    type = freeform;
    default = { };
    description = "Languages of the environment";
    apply =
      given:
      let
        defaults =
          builtins.mapAttrs generic packageNames
          // {
            rust = generic "rust" "rustc" // rust;
            python = generic "python" "python3" // python (given.python or { });
          };
      in
      lib.recursiveUpdateUntil (
        _: _: value:
        !(builtins.isAttrs value) || value ? outPath
      ) defaults given;
  };
}
