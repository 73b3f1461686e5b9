"""The repositories that the test hub serves: folders `ORG/NAME`, hashed as git and Git LFS hash them.

A folder `ORG/NAME@REVISION` (percent-encoded) is another branch or tag of `ORG/NAME`.
"""

import dataclasses
import hashlib
import pathlib
import threading
import urllib.parse

LFS_SUFFIXES = (".safetensors", ".bin", ".gguf", ".onnx", ".h5", ".pt")
READ_SIZE = 1 << 20


@dataclasses.dataclass(frozen=True)
class RepositoryFile:
    """One file of a snapshot. `oid` is its git blob SHA-1; for an LFS file that of the pointer."""

    path: str
    location: pathlib.Path
    size: int
    oid: str
    sha256: str
    is_lfs: bool
    pointer_size: int

    @property
    def etag(self) -> str:
        return self.sha256 if self.is_lfs else self.oid

    def tree_entry(self) -> dict:
        entry = {"type": "file", "oid": self.oid, "size": self.size, "path": self.path}
        if self.is_lfs:
            entry["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": self.pointer_size}
        return entry


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The files of one revision, and the commit that is derived from them."""

    commit: str
    files: dict[str, RepositoryFile]

    def tree(self, recursive: bool) -> list[dict]:
        """The entries the tree route lists: directories and files, sorted by path."""
        directories = {}
        for path in self.files:
            parts = path.split("/")[:-1]
            for depth in range(1, len(parts) + 1):
                name = "/".join(parts[:depth])
                oid = hashlib.sha1(b"tree " + name.encode() + self.commit.encode()).hexdigest()
                directories[name] = {"type": "directory", "oid": oid, "size": 0, "path": name}
        entries = list(directories.values()) + [file.tree_entry() for file in self.files.values()]
        if not recursive:
            entries = [entry for entry in entries if "/" not in entry["path"]]
        return sorted(entries, key=lambda entry: entry["path"])


def git_blob_sha1(size: int, chunks) -> str:
    digest = hashlib.sha1(b"blob %d\0" % size)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_chunks(location: pathlib.Path):
    with location.open("rb") as stream:
        while chunk := stream.read(READ_SIZE):
            yield chunk


def describe_file(root: pathlib.Path, location: pathlib.Path) -> RepositoryFile:
    size = location.stat().st_size
    sha256 = hashlib.sha256()
    for chunk in read_chunks(location):
        sha256.update(chunk)
    is_lfs = location.name.endswith(LFS_SUFFIXES)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256.hexdigest()}\nsize {size}\n".encode()
    oid = git_blob_sha1(len(pointer), [pointer]) if is_lfs else git_blob_sha1(size, read_chunks(location))
    return RepositoryFile(
        path=location.relative_to(root).as_posix(),
        location=location,
        size=size,
        oid=oid,
        sha256=sha256.hexdigest(),
        is_lfs=is_lfs,
        pointer_size=len(pointer) if is_lfs else 0,
    )


class ModelFolder:
    """All repositories below a folder, hashed when first asked for."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.lock = threading.Lock()
        self.snapshots: dict[pathlib.Path, Snapshot] = {}

    def exists(self, repository: str) -> bool:
        return repository.count("/") == 1 and ".." not in repository and (self.root / repository).is_dir()

    def snapshot(self, repository: str, revision: str) -> Snapshot | None:
        """The snapshot a branch, tag or commit names."""
        main = self.root / repository
        if revision == "main":
            return self._load(main)
        named = main.with_name(f"{main.name}@{urllib.parse.quote(revision, safe='')}")
        if named.is_dir():
            return self._load(named)
        folders = [main, *sorted(main.parent.glob(f"{main.name}@*"))]
        return next((found for found in map(self._load, folders) if found.commit == revision), None)

    def _load(self, folder: pathlib.Path) -> Snapshot:
        with self.lock:
            if folder not in self.snapshots:
                locations = sorted(path for path in folder.rglob("*") if path.is_file())
                files = [describe_file(folder, location) for location in locations]
                commit = hashlib.sha1("".join(f"{file.oid} {file.path}\n" for file in files).encode()).hexdigest()
                self.snapshots[folder] = Snapshot(commit, {file.path: file for file in files})
            return self.snapshots[folder]
