"""Faults at random, by seed, for plain URLs, a hub and a bucket: the right bytes, in time, and no secret anywhere.

NIXLITE_FAULT_SEEDS is how many seeds each source gets.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from workbench import FAKE_HASH, NIXLITE, SUPPORT, Project, got_hash, real_nix

SEEDS = range(int(os.environ.get("NIXLITE_FAULT_SEEDS", "4")))
SECRET = "CHAOS_SECRET"
SECONDS_TO_FINISH = 60
KILLED_BYTES = 48 << 20
RATE = 4 << 20
KILLS = 12


@contextlib.contextmanager
def chaos(seed: int, *flags: str):
    """A server's two addresses while it runs."""
    command = [sys.executable, str(SUPPORT / "chaosserver.py"), str(seed), *flags]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().split()
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()


def requests(address: str) -> list[dict]:
    with urllib.request.urlopen(f"{address}/_log") as answer:
        return json.load(answer)


def describe(source: str, address: str, digests: dict[str, str]) -> str:
    """The model's source, with what is needed to know each file's content where the source allows it."""
    if source == "hub":
        return 'huggingface.repo = "org/model";'
    if source == "s3":
        return f's3 = {{ bucket = "bucket"; prefix = "m"; region = "us-east-1"; endpoint = "{address}"; }};'
    files = " ".join(
        f'{{ url = "{address}/files/{path}"; sha256 = "{digest}"; }}' for path, digest in digests.items()
    )
    return f"url.urls = [ {files} ];"


def digests(seed: int) -> dict[str, str]:
    """The files of a seed, without folders, by their SHA-256."""
    import hashlib

    import chaosserver

    files = chaosserver.World(seed, 3_000_000, 0, True).files
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items() if "/" not in path}


def make_project(folder: pathlib.Path, source: str, address: str, seed: int, hash_value: str) -> Project:
    project = Project(folder, address)
    project.environment |= {
        "HF_TOKEN": f"hf_{SECRET}",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "CHAOS_TOKEN": SECRET,
    }
    auth = 'auth.tokenEnvVar = "CHAOS_TOKEN";' if source == "url" else ""
    project.write_models(
        f"""m = {{
      source = {{ {describe(source, address, digests(seed))} }}; hash = "{hash_value}"; {auth}
      network = {{ timeout.read = 1; retry.maxAttempts = 8; retry.baseDelay = 0; }};
    }};"""
    )
    return project


def start_build(project: Project) -> subprocess.Popen:
    return subprocess.Popen(
        [NIXLITE, "build", "--store", str(project.store), ".#models.m", "--no-link"],
        cwd=project.folder, env=project.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )


def verifies_clean(project: Project) -> None:
    checked = real_nix("nix-store", "--verify", "--check-contents", store=project.store)
    assert checked.returncode == 0, checked.stderr
    assert "error" not in checked.stderr and "modified" not in checked.stderr


def holds_no_secret(project: Project) -> None:
    for path in project.store.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20:
            assert SECRET.encode() not in path.read_bytes(), path


@pytest.fixture(scope="module")
def right_hashes(tmp_path_factory):
    """What each source and seed gives on a good day."""
    known = {}

    def get(source: str, seed: int) -> str:
        if (source, seed) not in known:
            with chaos(seed, "--calm") as (address, _):
                folder = tmp_path_factory.mktemp("calm")
                project = make_project(folder / "work", source, address, seed, FAKE_HASH)
                known[source, seed] = got_hash(project.run("build", ".#models.m").stderr)
        return known[source, seed]

    return get


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", ["url", "hub", "s3"])
def test_every_recoverable_fault_ends_in_success(tmp_path, right_hashes, source, seed):
    hash_value = right_hashes(source, seed)
    with chaos(seed) as (address, other):
        project = make_project(tmp_path / "work", source, address, seed, hash_value)
        build = start_build(project)
        arguments = pathlib.Path(f"/proc/{build.pid}/cmdline").read_bytes()
        output, errors = build.communicate(timeout=SECONDS_TO_FINISH * 5)
        log = requests(address)
    assert build.returncode == 0, errors + "\n".join(f"{entry}" for entry in log)
    assert any(entry["fault"] for entry in log)
    for text in (output, errors, arguments.decode()):
        assert SECRET not in text
    assert not any(entry["authorization"] for entry in log if other.endswith(f":{entry['port']}"))
    holds_no_secret(project)
    verifies_clean(project)


def test_a_kill_costs_little(tmp_path):
    """Killed again and again: each time the next run goes on about where the last one was."""
    lost = []
    moments = random.Random(7)
    with chaos(1, "--calm", "--rate", str(RATE), "--size", str(KILLED_BYTES)) as (address, _):
        project = make_project(tmp_path / "work", "hub", address, 1, FAKE_HASH)
        kept = 0
        for _ in range(KILLS):
            before = len(requests(address))
            build = start_build(project)
            began = time.monotonic()
            while not any(entry["sent"] for entry in model_requests(address, before)):
                assert build.poll() is None, build.stderr.read()
                assert time.monotonic() - began < SECONDS_TO_FINISH
                time.sleep(0.02)
            time.sleep(moments.uniform(0, 0.7))
            build.send_signal(signal.SIGKILL)
            build.communicate()
            time.sleep(0.1)
            sent = sum(entry["sent"] for entry in model_requests(address, before))
            kept, earlier = recorded_bytes(project), kept
            lost.append(sent - (kept - earlier))
        refused = project.run("build", ".#models.m")
        assert "got:" in refused.stderr, refused.stderr
        # A little of what was sent last is counted after the kill.
        assert sum(entry["sent"] for entry in model_requests(address, 0)) <= KILLED_BYTES + sum(lost) + (1 << 20)
    # What the server has sent and nobody has read is not the program's to keep: a socket's buffer.
    assert max(lost) <= 4 << 20, lost
    assert sum(lost) / len(lost) <= KILLED_BYTES * 0.02, lost
    verifies_clean(project)
    leftovers = [entry.name for entry in (project.store / "nix/store").iterdir() if entry.name.startswith("tmp-")]
    assert leftovers == []
    assert list(partials(project).iterdir()) == []


def model_requests(address: str, start: int) -> list[dict]:
    return [entry for entry in requests(address)[start:] if "model-1" in entry["path"]]


def recorded_bytes(project: Project) -> int:
    """What the record of the large file counts as there."""
    records = [json.loads(path.read_text()) for path in partials(project).glob("*.part.json")]
    ranges = [piece for record in records if record["total"] == KILLED_BYTES for piece in record["written"]]
    return sum(end - start for start, end in ranges)


def partials(project: Project) -> pathlib.Path:
    return project.store / "nix/var/nix/nixlite/partials"
