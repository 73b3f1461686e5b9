"""Local Mercurial repositories and expressions that fetch them.

They are evaluated as those of `git_trees.py` are; `record_programs.py` writes what a real Nix answers to `programs/mercurial.json`.
"""

import os
import pathlib
import subprocess

from programs import FOLDER

RECORDED = FOLDER / "mercurial.json"

FIRST = "rev = builtins.substring 0 40 (builtins.readFile \"/repos/first\");"

EXPRESSIONS = [
    'builtins.fetchMercurial "/repos/main"',
    "builtins.fetchMercurial /repos/main",
    'builtins.fetchMercurial "file:///repos/main"',
    'builtins.fetchMercurial { url = "/repos/main"; name = "named"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "feature/x"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "v1"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "2"; }',
    f'builtins.fetchMercurial {{ url = "/repos/main"; {FIRST} }}',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "nope"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = ""; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "--config=ui.x=y"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "branch(default)"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "0000000000000000000000000000000000000001"; }',
    'builtins.fetchMercurial { url = "/repos/main"; rev = "ffffffffffffffffffffffffffffffffffffffff"; }',
    'builtins.fetchMercurial { url = "/repos/main"; name = "a b"; }',
    'builtins.fetchMercurial "/repos/dirty"',
    'builtins.fetchMercurial { url = "/repos/dirty"; rev = "default"; }',
    'builtins.fetchMercurial "/repos/empty"',
    'builtins.fetchMercurial "/repos/missing"',
    'builtins.fetchMercurial "/repos"',
    'builtins.fetchMercurial "missing"',
    'builtins.fetchMercurial "ssh://-oProxyCommand=x/y"',
    'builtins.fetchMercurial "ftp://x/y"',
    'builtins.fetchTree { type = "hg"; url = "file:///repos/main"; }',
    'builtins.fetchTree { type = "hg"; url = "file:///repos/main"; ref = "feature/x"; }',
    f'builtins.fetchTree {{ type = "hg"; url = "file:///repos/main"; {FIRST} }}',
    'builtins.fetchTree { type = "hg"; url = "/repos/main"; }',
    'builtins.fetchTree { type = "hg"; url = "file:///repos/main"; branch = "x"; }',
    'builtins.fetchTree { type = "hg"; url = "file:///repos/dirty"; }',
    'builtins.fetchTree { type = "hg"; url = "file:///repos/main"; narHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }',
    'builtins.fetchTree "hg+file:///repos/main"',
    'builtins.fetchTree "hg+file:///repos/main?ref=feature/x"',
    'builtins.fetchTree "hg+file:///repos/main?rev=v1"',
    '(builtins.getFlake "hg+file:///repos/flake").value',
    '(builtins.getFlake "hg+file:///repos/flake?ref=default").value',
    '(builtins.getFlake "hg+file:///repos/missing").value',
    'builtins.parseFlakeRef "hg+https://example.org/r?ref=b&dir=d&x=1"',
    'removeAttrs (builtins.fetchMercurial "/repos/main") [ "outPath" ]',
    'removeAttrs (builtins.fetchMercurial "/repos/dirty") [ "outPath" ]',
    'removeAttrs (builtins.fetchMercurial { url = "/repos/main"; rev = "v1"; }) [ "outPath" ]',
    'removeAttrs (builtins.fetchTree "hg+file:///repos/main") [ "outPath" ]',
]


def make(folder: pathlib.Path) -> None:
    """Makes the repositories `main` (with a branch and a tag), `dirty` (a copy of it with changes), `empty` and `flake`."""
    settings = folder / "hgrc"
    settings.write_text("[ui]\nusername = A <a@example.org>\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "HGRCPATH": str(settings), "LC_ALL": "C.UTF-8"}
    dates = iter(range(100))

    def hg(repository: str, *arguments: str) -> str:
        command = ["hg", "-R", folder / repository, *arguments]
        return subprocess.run(
            command, cwd=folder / repository, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def write(repository: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = folder / repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def init(repository: str) -> None:
        (folder / repository).mkdir()
        hg(repository, "init")

    def commit(repository: str) -> None:
        hg(repository, "addremove", "--quiet")
        hg(repository, "commit", "--message", "m", "--date", f"{next(dates)} 0")

    init("main")
    write("main", {"a": "one\n", "folder/run": "#!/bin/sh\n", "folder/é": "e\n"})
    (folder / "main/folder/run").chmod(0o755)
    (folder / "main/link").symlink_to("a")
    commit("main")
    (folder / "first").write_text(hg("main", "log", "--rev", "0", "--template", "{node}"))
    hg("main", "branch", "--quiet", "feature/x")
    write("main", {"a": "two\n"})
    commit("main")
    hg("main", "tag", "--date", f"{next(dates)} 0", "v1")
    hg("main", "update", "--quiet", "default")
    write("main", {"b": "three\n"})
    commit("main")
    subprocess.run(["cp", "-r", folder / "main", folder / "dirty"], check=True)
    write("dirty", {"a": "changed\n", "untracked": "u\n", "added/file": "added\n"})
    hg("dirty", "add", "--quiet", "added/file")
    (folder / "dirty/b").unlink()
    init("empty")
    init("flake")
    write("flake", {"flake.nix": "{ outputs = { self }: { value = removeAttrs self.sourceInfo [ \"outPath\" ]; }; }\n"})
    commit("flake")
