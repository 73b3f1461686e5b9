"""Real Git repositories with large files, and the servers that have them."""

import os
import pathlib
import subprocess

from workbench import Peer

IDENTITY = {
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Author",
    "GIT_COMMITTER_EMAIL": "author@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}


def git(folder: pathlib.Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Runs git with no settings but those of `environment`, as somebody whose home is the folder's parent."""
    result = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), **IDENTITY, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, f"git {arguments}: {result.stderr}"
    return result.stdout.strip()


class GitServer(Peer):
    """A server of repositories in `folder`."""

    def __init__(self, folder: pathlib.Path, log: pathlib.Path, *flags: str):
        self.repositories = folder / "repositories"
        self.repositories.mkdir(parents=True, exist_ok=True)
        folders = (str(self.repositories), str(folder / "objects"))
        super().__init__("gitserver.py", *folders, "--log", str(log), *flags, log=log)
        self.address = self.greeting

    def make_repository(self, name: str) -> str:
        """An empty repository that can be pushed to; its URL."""
        path = self.repositories / f"{name}.git"
        path.mkdir(parents=True)
        git(path, "init", "--quiet", "--bare", "--initial-branch=main")
        git(path, "config", "http.receivepack", "true")
        return f"{self.address}/{name}.git"


class WorkTree:
    """A work tree in which a test makes commits."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True)
        self.folder = folder
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "lfs", "install", "--local")

    def write(self, path: str, content: bytes, executable: bool = False) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o755 if executable else 0o644)

    def commit(self, message: str = "a commit") -> str:
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--message", message)
        return git(self.folder, "rev-parse", "HEAD")

    def push(self, url: str, *references: str) -> None:
        git(self.folder, "push", "--quiet", url, *(references or ("main",)))


def cloned_tree(url: str, revision: str, folder: pathlib.Path, environment: dict[str, str] | None = None) -> pathlib.Path:
    """What git and git-lfs make of a revision, without `.git`."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", environment=environment)
    git(folder, "lfs", "install", "--local", environment=environment)
    git(folder, "remote", "add", "origin", url, environment=environment)
    git(folder, "fetch", "--quiet", "origin", revision, environment=environment)
    git(folder, "checkout", "--quiet", "FETCH_HEAD", environment=environment)
    git(folder, "lfs", "pull", environment=environment)
    subprocess.run(["rm", "-rf", str(folder / ".git")], check=True)
    return folder


def tree(folder: pathlib.Path) -> dict[str, tuple]:
    """A folder's entries as a NAR knows them, with contents."""
    entries = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            entries[name] = ("link", os.readlink(path))
        elif path.is_dir():
            entries[name] = ("folder",)
        else:
            entries[name] = ("file", bool(path.stat().st_mode & 0o100), path.read_bytes())
    return entries
