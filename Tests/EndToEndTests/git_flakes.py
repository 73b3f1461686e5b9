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
    write("plain/flake.nix", FLAKE % "")
    for name in ("one", "two"):
        write(f"{name}/flake.nix", f'{{ outputs = {{ self }}: {{ it = "{name}"; }}; }}\n')


def answer(folder: str, words: str, command: list[str], repositories: pathlib.Path, work: pathlib.Path) -> dict:
    """The value as JSON, or the last line of the error, and whether a warning was given."""
    arguments = [word.replace("/repos", str(repositories)) for word in words.split(" ")]
    result = subprocess.run(
        [*command, "eval", "--option", "flake-registry", "", "--store", work / "store", "--json", "--no-write-lock-file", *arguments],
        cwd=repositories / folder, env={"PATH": os.environ["PATH"], "HOME": str(work), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )
    lines = result.stderr.replace(str(repositories), "/repos").strip().splitlines()
    return {
        "value": result.stdout.strip(), "error": lines[-1].strip() if result.returncode else "",
        "warnings": [line for line in lines if line.startswith("warning: Git tree")],
    }
