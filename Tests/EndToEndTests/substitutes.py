"""Builds that ask binary caches, and what real Nix answers to them.

`substitutes/` holds expressions and the cache that `nix copy --to file://…?secret-key=…` of Nix 2.34 made of their outputs, but for
those called unknown. `record_programs.py` writes what a real Nix does to `programs/substitutes.json`.
"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess

import binary_caches
from programs import FOLDER, TIMEOUT_SECONDS

SOURCES = FOLDER.parent / "substitutes"
RECORDED = FOLDER / "substitutes.json"
KEY = (SOURCES / "key").read_text()

PATHS = {name: f"/nix/store/{base}" for name, base in json.loads((SOURCES / "paths.json").read_text()).items()}
DERIVATION = PATHS["top.drv"]


class Cache(binary_caches.Cache):
    """A copy of the cache, to be spoiled; objects are called by their names."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        shutil.copytree(SOURCES / "cache", folder)

    def info(self, path: str) -> pathlib.Path:
        return super().info(PATHS[path].removeprefix("/nix/store/"))

    def replace_archive(self, path: str, other: str) -> None:
        """The archive of another object under the name of an object's own."""
        self.archive(path).write_bytes(self.archive(other).read_bytes())
        self.set(path, FileHash=None, FileSize=None)


SIGNED = f"--option trusted-public-keys {KEY}"
FROM = f"--substituters file://CACHE {SIGNED}"

# A name, what is done to the cache, and a command line; CACHE and GOOD are the spoiled cache and a good one, HTTP a server of the first.
CASES = {
    "all there": (None, f"nix-build -A top {FROM}"),
    "by http": (None, f"nix-build -A top --substituters HTTP {SIGNED}"),
    "in one of two": (lambda cache: cache.info("mid").unlink(), f"nix-build -A top --substituters 'file://CACHE file://GOOD' {SIGNED}"),
    "extra": (None, f"nix-build -A leaf --extra-substituters file://CACHE --extra-trusted-public-keys {KEY}"),
    "put behind": (None, f"nix-build -A leaf --substituters 'file://CACHE?priority=10 file://GOOD' {SIGNED}"),
    "puts itself behind": (
        lambda cache: (cache.folder / "nix-cache-info").write_text("StoreDir: /nix/store\nPriority: 60\n"),
        f"nix-build -A leaf --substituters 'file://CACHE file://GOOD' {SIGNED}",
    ),
    "unknown key": (None, "nix-build -A top --substituters file://CACHE"),
    "unknown key in one of two": (binary_caches.Cache.unsign, f"nix-build -A leaf --substituters 'file://CACHE file://GOOD' {SIGNED}"),
    "trusted cache": (None, "nix-build -A top --substituters 'file://CACHE?trusted=true'"),
    "no signatures required": (None, "nix-build -A top --substituters file://CACHE --option require-sigs false"),
    "no-require-sigs": (None, "nix-build -A top --substituters file://CACHE --no-require-sigs"),
    "no-substitute": (None, f"nix-build -A leaf {FROM} --no-substitute"),
    "substitute = false": (None, f"nix-build -A leaf {FROM} --option substitute false"),
    "refusing": (None, f"nix-build -A refusing {FROM}"),
    "refusing by structured attributes": (None, f"nix-build -A refusingAttributes {FROM}"),
    "refusing in vain": (None, f"nix-build -A refusing {FROM} --option always-allow-substitutes true"),
    "fixed output": (None, "nix-build -A fixed --substituters file://CACHE"),
    "fixed output as input": (None, "nix-build -A user --substituters file://CACHE"),
    "false content address": (lambda cache: cache.set("fixed", CA="fixed:sha256:" + "0" * 52), "nix-build -A fixed --substituters file://CACHE"),
    "no content address": (lambda cache: cache.set("fixed", CA=None), "nix-build -A fixed --substituters file://CACHE"),
    "two outputs": (None, f"nix-build -A both {FROM}"),
    "one output of two": (None, f"nix-build -A multi.dev {FROM}"),
    "half a set": (lambda cache: [cache.info(name).unlink() for name in ("multi", "both")], f"nix-build -A both {FROM}"),
    "half a set by name": (lambda cache: cache.info("multi").unlink(), f"nix-build -A multi -A multi.dev {FROM}"),
    "the other half": (lambda cache: cache.info("multi-dev").unlink(), f"nix-build -A multi {FROM}"),
    "inputs only": (None, f"nix-build -A unknownUser {FROM}"),
    "missing reference": (lambda cache: cache.info("leaf").unlink(), f"nix-build -A top {FROM}"),
    "missing reference, fallback": (lambda cache: cache.info("leaf").unlink(), f"nix-build -A top {FROM} --fallback"),
    "archive gone": (lambda cache: cache.archive("top").unlink(), f"nix-build -A top {FROM}"),
    "archive of a reference gone": (lambda cache: cache.archive("leaf").unlink(), f"nix-build -A top {FROM}"),
    "wrong archive": (lambda cache: cache.replace_archive("top", "mid"), f"nix-build -A top {FROM}"),
    "wrong archive, fallback": (lambda cache: cache.replace_archive("top", "mid"), f"nix-build -A top {FROM} --fallback"),
    "wrong archive of a reference": (lambda cache: cache.replace_archive("leaf", "tool"), f"nix-build -A top {FROM}"),
    "wrong archive of an input": (lambda cache: [cache.replace_archive("mid", "top"), cache.info("top").unlink()], f"nix-build -A top {FROM}"),
    "wrong archive, other cache": (lambda cache: cache.replace_archive("top", "mid"), f"nix-build -A top --substituters 'file://CACHE file://GOOD' {SIGNED}"),
    "tampered": (lambda cache: cache.set("leaf", NarSize="128"), f"nix-build -A leaf {FROM}"),
    "no cache": (lambda cache: (cache.folder / "nix-cache-info").unlink(), f"nix-build -A leaf --substituters HTTP {SIGNED}"),
    "other store": (lambda cache: (cache.folder / "nix-cache-info").write_text("StoreDir: /other/store\n"), f"nix-build -A leaf {FROM}"),
    "unknown scheme": (None, "nix-build -A leaf --substituters foo://bar"),
    "dry run": (None, f"nix-build -A top -A unknown {FROM} --dry-run"),
    "path": (None, f"nix-store -r {PATHS['top']} {FROM}"),
    "path by nobody known": (None, f"nix-store -r {PATHS['top']} --substituters file://CACHE"),
    "path with a wrong archive": (lambda cache: cache.replace_archive("top", "mid"), f"nix-store -r {PATHS['top']} {FROM}"),
    "path with an archive gone": (lambda cache: cache.archive("top").unlink(), f"nix-store -r {PATHS['top']} {FROM}"),
    "path with a missing reference": (lambda cache: cache.info("leaf").unlink(), f"nix-store -r {PATHS['top']} {FROM}"),
    "path, dry run": (None, f"nix-store -r {PATHS['top']} {FROM} --dry-run"),
    "paths that nobody has": (None, f"nix-store -r {PATHS['unknown']} {PATHS['unknown']}x {FROM}"),
    "derivation that nobody has": (None, f"nix-store -r {DERIVATION} {FROM}"),
    "named path": (None, f"nix build --no-link --print-out-paths {PATHS['top']} {FROM}"),
    "named path, offline": (None, f"nix build --no-link --print-out-paths {PATHS['top']} {FROM} --offline"),
    "storePath": (None, f"nix eval --impure --expr 'builtins.readFile (builtins.storePath {PATHS['top']})' {FROM}"),
    "storePath of nobody": (None, f"nix eval --impure --expr 'builtins.storePath {PATHS['unknown']}' {FROM}"),
    "during evaluation": (None, f"nix eval --impure --expr 'builtins.readFile (import ./. ).top' {FROM}"),
    "during evaluation by nobody known": (None, "nix eval --impure --expr 'builtins.readFile (import ./. ).leaf' --substituters file://CACHE"),
}  # fmt: skip


def answer(name: str, program: "callable", work: pathlib.Path) -> dict:
    """What a command says and what is in its store afterwards; `program` gives the path of a program by its name."""
    spoil, command = CASES[name]
    cache = Cache(work / "cache")
    Cache(work / "good")
    folder = work / "pwd"
    folder.mkdir()
    shutil.copy(SOURCES / "default.nix", folder)
    if spoil:
        spoil(cache)
    with binary_caches.served(cache.folder) as server:
        places = {"CACHE": str(work / "cache"), "GOOD": str(work / "good"), "HTTP": server.address}
        for token, place in places.items():
            command = command.replace(token, place)
        head, *words = shlex.split(command)
        result = subprocess.run(
            [program(head), *words[: head == "nix"], "--store", str(work / "store"), *words[head == "nix" :],
             *(["--no-out-link"] if head == "nix-build" else [])],
            cwd=folder, env=environment(work), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
    errors = result.stderr
    for token, place in places.items():
        errors = errors.replace(place, token)
    return {
        "exit": result.returncode, "stdout": result.stdout, "stderr": errors.splitlines(),
        "objects": binary_caches.objects(work / "store"), "asked": server.asked,
    }  # fmt: skip


def environment(work: pathlib.Path) -> dict[str, str]:
    config = "sandbox = false\nsandbox-paths = /bin /usr /lib /lib64\nbuild-users-group =\nsubstituters =\n"
    return {
        "PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8",
        "NIX_CONFIG": config + "extra-experimental-features = nix-command flakes",
    }  # fmt: skip
