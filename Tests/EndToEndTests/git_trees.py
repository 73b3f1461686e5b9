"""Local Git repositories with everything that fetching them heeds, a registry of flakes, expressions, and how they are evaluated.

`record_programs.py` writes what a real Nix answers to `programs/git.json`.
"""

import json
import os
import pathlib
import subprocess
from collections.abc import Callable

from programs import FOLDER, TIMEOUT_SECONDS

RECORDED = FOLDER / "git.json"

ATTRIBUTES = """\
ignored.txt export-ignore
folder export-ignore
part/left-out export-ignore
slash/ export-ignore
part/kept -export-ignore
*.bat eol=crlf
ident ident
"""

EXPRESSIONS = [
    'builtins.fetchGit "/repos/main"',
    'builtins.fetchGit { url = "/repos/main"; }',
    'builtins.fetchGit { url = "file:///repos/main"; submodules = true; }',
    'builtins.fetchGit { url = "/repos/main"; exportIgnore = false; }',
    'builtins.fetchGit { url = "/repos/main"; exportIgnore = true; submodules = true; }',
    'builtins.fetchGit { url = "/repos/main"; ref = "v1"; }',
    'builtins.fetchGit { url = "/repos/main"; ref = "v1"; name = "named"; }',
    'builtins.fetchGit { url = "/repos/main"; ref = "v1"; exportIgnore = false; }',
    'builtins.fetchGit { url = "/repos/main"; ref = "other"; submodules = true; }',
    'builtins.fetchGit { url = "/repos/main"; lfs = true; }',
    'builtins.fetchGit { url = "/repos/main"; shallow = true; }',
    'builtins.fetchGit { url = "/repos/main/.git"; }',
    'builtins.fetchGit "/repos/dirty"',
    'builtins.fetchGit { url = "/repos/dirty"; submodules = true; }',
    'builtins.fetchGit { url = "/repos/dirty"; ref = "HEAD"; }',
    'builtins.fetchGit { url = "/repos/empty"; }',
    'builtins.fetchGit { url = "/repos/missing"; }',
    'builtins.fetchTree { type = "git"; url = "file:///repos/main"; }',
    'builtins.fetchTree { type = "git"; url = "file:///repos/main"; exportIgnore = true; }',
    'builtins.fetchTree { type = "git"; url = "file:///repos/main"; submodules = true; }',
    'builtins.fetchTree "git+file:///repos/dirty?submodules=1"',
    'builtins.fetchTree "git+file:///repos/main?submodules=1&ref=main"',
    *(
        f'(builtins.getFlake "{name}").value'
        for name in (
            "mine", "flake:mine", "again", "again/v1", "exact", "exact/one", "exact/two", "below", "loop", "missing",
            "mine/branch", "repository/v1", "path:/repos/flake", "git+file:///repos/flakes?dir=sub",
        )
    ),
    'builtins.fetchTree { type = "indirect"; id = "mine"; }',
    *(
        f'removeAttrs (builtins.{fetch}) [ "outPath" ]'
        for fetch in (
            'fetchGit { url = "/repos/main"; }',
            'fetchGit { url = "/repos/main"; submodules = true; ref = "v1"; }',
            'fetchGit { url = "/repos/dirty"; }',
            'fetchGit { url = "/repos/empty"; }',
            'fetchTree { type = "git"; url = "file:///repos/dirty"; }',
        )
    ),
]


def registry(folder: pathlib.Path) -> dict:
    """A registry of flakes that knows the repositories in `folder`."""

    def entry(to: dict, exact: bool = False, **source: str) -> dict:
        return {"from": {"type": "indirect", **source}, "to": to, "exact": exact}

    flake = {"type": "path", "path": str(folder / "flake")}
    repository = {"type": "git", "url": f"file://{folder}/flakes"}
    flakes = [
        entry(flake, id="mine"), entry({"type": "indirect", "id": "mine"}, id="again"),
        entry(flake, id="exact", ref="one", exact=True), entry({**repository, "dir": "sub"}, id="below"),
        entry({"type": "indirect", "id": "loop"}, id="loop"), entry({**repository, "dir": "sub"}, id="repository"),
    ]
    return {"version": 2, "flakes": flakes}


def git_in(folder: pathlib.Path) -> Callable[..., None]:
    """Runs git in a repository below `folder`: `git("main", "init")`; submodules may be local, and every commit is the same."""
    configuration = folder / "configuration"
    configuration.write_text('[protocol "file"]\n\tallow = always\n[init]\n\tdefaultBranch = main\n')
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": str(configuration)}
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@b", f"GIT_{who}_DATE": "2020-01-01T00:00:00Z"}

    def git(repository: str, *arguments: str) -> None:
        subprocess.run(["git", "-C", folder / repository, *arguments], env=environment, check=True, capture_output=True)

    return git


def make(folder: pathlib.Path) -> None:
    """Makes the repositories `main` (with submodules), `dirty` (a copy of it with changes), `empty` and `flakes`, and a flake."""
    git = git_in(folder)

    def write(repository: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = folder / repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def repository(name: str, files: dict[str, str], submodules: dict[str, str]) -> None:
        (folder / name).mkdir()
        git(name, "init", "--quiet")
        write(name, files)
        for path, url in submodules.items():
            git(name, "submodule", "add", str(folder / url.removeprefix("../")), path)
            git(name, "config", "--file", ".gitmodules", f"submodule.{path}.url", url)

    def commit(name: str) -> None:
        git(name, "add", ".")
        git(name, "commit", "--quiet", "--message", "m")

    repository("inner", {"inner.txt": "inner\n"}, {})
    commit("inner")
    repository("middle", {"m.txt": "m\n", ".gitattributes": "ignored export-ignore\n", "ignored": "x\n"}, {"inner": "../inner"})
    commit("middle")
    files = {
        ".gitattributes": ATTRIBUTES, "f.txt": "f\n", "ignored.txt": "i\n", "folder/a": "a\n", "part/left-out": "l\n",
        "part/kept": "k\n", "slash/s": "s\n", "a.bat": "x\ny\n", "ident": "$Id$\n", "run": "#!/bin/sh\n",
    }
    repository("main", files, {"middle": "../middle", "deep/inner": "../inner"})
    (folder / "main" / "link").symlink_to("f.txt")
    (folder / "main" / "run").chmod(0o755)
    commit("main")
    git("main", "submodule", "update", "--init", "--recursive")
    git("main", "tag", "v1")
    git("main", "branch", "other")
    subprocess.run(["cp", "-r", folder / "main", folder / "dirty"], check=True)
    write("dirty", {"f.txt": "changed\n", "untracked": "u\n", "added": "added\n", "middle/m.txt": "changed\n"})
    (folder / "dirty" / "part" / "kept").unlink()
    git("dirty", "add", "added")
    write("flake", {"flake.nix": "{ outputs = _: { value = 1; }; }\n"})
    repository("flakes", {"sub/flake.nix": "{ outputs = { self }: { value = removeAttrs self.sourceInfo [ \"outPath\" ] // { inherit (self) rev shortRev; }; }; }\n"}, {})
    commit("flakes")
    git("flakes", "tag", "v1")
    (folder / "empty").mkdir()
    git("empty", "init", "--quiet")


def answer(expression: str, command: list[str], repositories: pathlib.Path, work: pathlib.Path) -> dict:
    """The value of an expression as JSON, or the last line of its error; `command` begins an evaluation."""
    settings = work / "home" / ".config" / "nix"
    settings.mkdir(parents=True)
    (settings / "registry.json").write_text(json.dumps(registry(repositories)))
    result = subprocess.run(
        [*command, "eval", "--impure", "--extra-experimental-features", "fetch-tree", "--option", "flake-registry", "", "--store", work / "store", "--json",
         "--expr", expression.replace("/repos", str(repositories))],
        env={"PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )
    error = result.stderr.strip().splitlines()[-1] if result.returncode else ""
    return {"value": result.stdout.strip(), "error": error.replace(str(repositories), "/repos").strip()}
