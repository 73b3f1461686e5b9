"""Projects that fetch from Tests/Support/chaosserver.py, one for each kind of source, and what must hold of them afterwards."""

import contextlib
import hashlib
import json
import pathlib
import subprocess
import tempfile
import urllib.request

import chaosserver
from workbench import FAKE_HASH, Peer, Project, got_hash

SOURCES = ["url", "hub", "s3", "git-lfs"]
SECRET = "CHAOS_SECRET"
SECONDS_TO_FINISH = 60
SIZE = 3_000_000


@contextlib.contextmanager
def chaos(seed: int, *flags: str):
    """A server's two addresses while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        server = Peer("chaosserver.py", str(seed), "--repositories", folder, *flags, stdin=subprocess.PIPE)
        try:
            yield server.greeting.split()
        finally:
            server.stop()


def requests(address: str) -> list[dict]:
    with urllib.request.urlopen(f"{address}/_log") as answer:
        return json.load(answer)


def describe(source: str, address: str, digests: dict[str, str]) -> str:
    """The model's source, with what is needed to know each file's content where the source allows it."""
    if source == "hub":
        return 'huggingface.repo = "org/model";'
    if source == "git-lfs":
        return f'git-lfs = {{ url = "{address}/model.git"; rev = "main"; }};'
    if source == "s3":
        return f's3 = {{ bucket = "bucket"; prefix = "m"; region = "us-east-1"; endpoint = "{address}"; }};'
    files = " ".join(
        f'{{ url = "{address}/files/{path}"; sha256 = "{digest}"; }}' for path, digest in digests.items()
    )
    return f"url.urls = [ {files} ];"


def digests(seed: int, size: int = SIZE) -> dict[str, str]:
    """The files of a seed, without folders, by their SHA-256."""
    files = chaosserver.World(seed, size).files
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items() if "/" not in path}


def make_project(
    folder: pathlib.Path, source: str, address: str, seed: int, hash_value: str, size: int = SIZE
) -> Project:
    project = Project(folder, address)
    project.environment |= {
        "HF_TOKEN": f"hf_{SECRET}",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "CHAOS_TOKEN": SECRET,
    }
    auth = 'auth.tokenEnvVar = "CHAOS_TOKEN";' if source in ("url", "git-lfs") else ""
    project.write_models(
        f"""m = {{
      source = {{ {describe(source, address, digests(seed, size))} }}; hash = "{hash_value}"; {auth}
      network = {{ timeout.read = 1; retry.maxAttempts = 8; retry.baseDelay = 0; }};
    }};"""
    )
    return project


def start_build(project: Project, *flags: str, **options) -> subprocess.Popen:
    return project.start("build", ".#models.m", *(flags or ["--no-link"]), **options)


def holds_no_secret(project: Project) -> None:
    for path in project.store.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20:
            assert SECRET.encode() not in path.read_bytes(), path


class RightHashes:
    """What each source and seed gives on a good day."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.known = {}

    def __call__(self, source: str, seed: int, size: int = SIZE) -> str:
        key = (source, seed, size)
        if key not in self.known:
            with chaos(seed, "--calm", "--size", str(size)) as (address, _):
                folder = self.folder / f"{source}-{seed}-{size}"
                project = make_project(folder, source, address, seed, FAKE_HASH, size)
                self.known[key] = got_hash(project.run("build", ".#models.m").stderr)
        return self.known[key]
