"""Local flakes in Git repositories, what is asked of them, and names that the command line gives.

`record_programs.py` writes what a real Nix answers to `programs/git-flakes.json`.
"""

import os
import pathlib
import subprocess

from git_trees import git_in
from programs import FOLDER, TIMEOUT_SECONDS

RECORDED = FOLDER / "git-flakes.json"

FLAKE = """{
  %s
  outputs = { self }: {
    value = removeAttrs self.sourceInfo [ "outPath" ];
    names = builtins.attrNames self;
    inherit (builtins) nixVersion;
  };
}
"""

# A flake with what depends on where it lies: its store path, its files, and parts of it as inputs.
PACKAGE = """{
  inputs.part.url = "path:./part";
  inputs.data = { url = "./data"; flake = false; };
  outputs = { self, part, data }:
    let
      package = attributes: (derivation ({ name = "x"; system = "s"; builder = "b"; } // attributes)).drvPath;
    in {
      own = "${self}";
      outPath = self.outPath;
      folder = toString ./.;
      base = baseNameOf ./.;
      path = ./.;
      paths = [ ./data ./untracked ];
      source = package { src = ./.; };
      tree = package { src = self; };
      below = package { src = ./data; };
      named = package { src = builtins.path { path = ./.; name = "n"; filter = path: type: baseNameOf path != "data"; }; };
      filter = builtins.filterSource (path: type: builtins.trace path true) ./data;
      context = map builtins.getContext [ self.outPath (toString ./.) "${self}/data" "${./data}" ];
      position = __curPos;
      positions = builtins.unsafeGetAttrPos "own" self.outputs;
      part = [ part.value part.outPath (part.sourceInfo == self.sourceInfo) (builtins.attrNames part) ];
      data = [ data.outPath (builtins.readFile "${data}/file") (builtins.attrNames data) ];
      entries = builtins.readDir ./.;
      seen = map builtins.pathExists [ ./untracked ./data ./none "${self}/untracked" ];
      xml = builtins.toXML [ ./. ./data ];
      thrown = throw "from here";
      imported = import ./data/wrong.nix;
      inPart = part.wrong;
      untracked = builtins.readFile ./untracked;
      untrackedFolder = import ./more;
      untrackedBelow = import "${self}/more/default.nix";
      untrackedType = builtins.readFileType ./untracked;
      untrackedCopy = "${./untracked}";
      untrackedHash = builtins.hashFile "sha256" ./untracked;
      none = import ./none.nix;
      noneBelow = builtins.readDir ./data/none;
    };
}
"""

PART = """{
  outputs = { self }: {
    value = toString ./.;
    wrong = 1 + "a";
  };
}
"""

LOCK = """{
  "nodes": {
    "data": {
      "flake": false,
      "locked": { "path": "./data", "type": "path" },
      "original": { "path": "./data", "type": "path" },
      "parent": []
    },
    "part": {
      "locked": { "path": "./part", "type": "path" },
      "original": { "path": "./part", "type": "path" },
      "parent": []
    },
    "root": { "inputs": { "data": "data", "part": "part" } }
  },
  "root": "root",
  "version": 7
}
"""

# Attributes of that flake, whose values and errors are compared whole.
ATTRIBUTES = [
    "own", "outPath", "folder", "base", "path", "paths", "source", "tree", "below", "named", "filter", "context", "position",
    "positions", "part", "data", "entries", "seen", "xml", "thrown", "imported", "inPart", "untracked", "untrackedFolder",
    "untrackedBelow", "untrackedType", "untrackedCopy", "untrackedHash", "none", "noneBelow", "absent",
]

# The folder to be in, and the command line, for the same comparison.
WHOLE_CASES = [("package", f".#{name}") for name in ATTRIBUTES] + [
    ("package/part", ".#value"), ("package/part", ".#wrong"), ("package/data", "..#source"), ("plain", "path:/repos/package#below"),
    ("package", "./part#absent"), ("package", "./more#x"), ("package", "git+file:///repos/package?dir=data#x"),
    ("package", ".?dir=part#wrong"), ("package", "path:/repos/package#seen"),
]

# The folder to be in, and the command line.
CASES = [
    ("clean", ".#value"), ("clean", ".#names"), ("clean/sub", ".#value"), ("clean", "./sub#value"), ("clean/sub", "..#value"),
    ("clean", "git+file:///repos/clean#value"), ("clean", "git+file:///repos/clean?dir=sub#value"),
    ("clean", ".?submodules=1#value"), ("clean", ".?ref=other#value"), ("clean", ".?dir=x#value"),
    ("dirty", ".#value"), ("dirty", ".#names"), ("dirty", ".?ref=main#value"),
    ("new", ".#value"), ("submodules", ".#value"), ("submodules", ".#names"),
    ("plain", "path:/repos/plain#value.narHash"), ("plain", ".#value.narHash"),
    ("plain", "--override-flake one path:/repos/one one#it"),
    ("plain", "--override-flake one /repos/one flake:one#it"),
    ("plain", "--override-flake one ../one one#it"),
    ("plain", "--override-flake one path:/repos/one --override-flake one path:/repos/two one#it"),
    ("plain", "--override-flake one two --override-flake two path:/repos/two one#it"),
    ("plain", "--override-flake one path:/repos?dir=two one#it"),
    ("plain", "--override-flake one path:/repos/one one/branch#it"),
    ("plain", "--override-flake one path:/repos/one#x one#it"),
    ("plain", "--override-flake one path:/repos/one --impure --expr (builtins.getFlake(\"one\")).it"),
]


def make(folder: pathlib.Path) -> None:
    """Makes repositories that are clean, changed, without a commit, and with submodules that their flake asks for."""
    git = git_in(folder)

    def write(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def repository(name: str, more: str = "", *, is_committed: bool = True) -> None:
        write(f"{name}/flake.nix", FLAKE % more)
        write(f"{name}/sub/flake.nix", FLAKE % "")
        git(name, "init", "--quiet")
        git(name, "add", ".")
        if is_committed:
            git(name, "commit", "--quiet", "--message", "m")

    repository("inner")
    repository("clean")
    git("clean", "branch", "other")
    write("clean/untracked", "u\n")
    repository("dirty")
    write("dirty/sub/more", "m\n")
    git("dirty", "add", "sub/more")
    repository("new", is_committed=False)
    repository("submodules", "inputs.self.submodules = true;")
    git("submodules", "submodule", "--quiet", "add", str(folder / "inner"), "inner")
    git("submodules", "config", "--file", ".gitmodules", "submodule.inner.url", "../inner")
    git("submodules", "add", ".gitmodules")
    git("submodules", "commit", "--quiet", "--message", "m")
    write("package/flake.nix", PACKAGE)
    write("package/flake.lock", LOCK)
    write("package/part/flake.nix", PART)
    write("package/data/file", "text\n")
    write("package/data/wrong.nix", '1 + "a"\n')
    git("package", "init", "--quiet")
    git("package", "add", ".")
    git("package", "commit", "--quiet", "--message", "m")
    write("package/untracked", "u\n")
    write("package/more/default.nix", "1\n")
    write("package/more/flake.nix", PART)
    write("plain/flake.nix", FLAKE % "")
    for name in ("one", "two"):
        write(f"{name}/flake.nix", f'{{ outputs = {{ self }}: {{ it = "{name}"; }}; }}\n')


def answer(folder: str, words: str, command: list[str], repositories: pathlib.Path, work: pathlib.Path) -> dict:
    """The value as JSON, or the last line of the error, and whether a warning was given."""
    result = evaluate(folder, ["--json", *words.split(" ")], command, repositories, work)
    lines = result.stderr.replace(str(repositories), "/repos").strip().splitlines()
    return {
        "value": result.stdout.strip(), "error": lines[-1].strip() if result.returncode else "",
        "warnings": [line for line in lines if line.startswith("warning: Git tree")],
    }


def whole_answer(folder: str, words: str, command: list[str], repositories: pathlib.Path, work: pathlib.Path) -> dict:
    """All that is printed, and the exit code."""
    result = evaluate(folder, words.split(" "), command, repositories, work)
    return {
        "code": result.returncode, "output": result.stdout.replace(str(repositories), "/repos"),
        "error": result.stderr.replace(str(repositories), "/repos"),
    }


def evaluate(
    folder: str, arguments: list[str], command: list[str], repositories: pathlib.Path, work: pathlib.Path
) -> subprocess.CompletedProcess:
    """Runs `eval` in one of the repositories."""
    return subprocess.run(
        [
            *command, "eval", "--option", "flake-registry", "", "--store", work / "store", "--no-write-lock-file",
            *(word.replace("/repos", str(repositories)) for word in arguments),
        ],
        cwd=repositories / folder, env={"PATH": os.environ["PATH"], "HOME": str(work), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )
