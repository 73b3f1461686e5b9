"""Faults at random, by seed, for plain URLs, a hub, a bucket and a repository: the right bytes, in time, no secret anywhere.

NIXLITE_FAULT_SEEDS is how many seeds each source gets.
"""

import json
import os
import pathlib
import random
import signal
import time

import pytest
from fault_peers import (
    SECONDS_TO_FINISH,
    SECRET,
    SOURCES,
    RightHashes,
    chaos,
    holds_no_secret,
    make_project,
    requests,
    start_build,
)
from workbench import FAKE_HASH, Project

SEEDS = range(int(os.environ.get("NIXLITE_FAULT_SEEDS", "4")))
KILLED_BYTES = 48 << 20
RATE = 4 << 20
KILLS = 12


@pytest.fixture(scope="module")
def right_hashes(tmp_path_factory) -> RightHashes:
    return RightHashes(tmp_path_factory.mktemp("calm"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", SOURCES)
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
    project.verifies_clean()


FINAL_WORDS = {
    "flip": "does not have the expected hash",
    "longer": "larger than it may be",
    "shorter": "smaller than it must be",
    "loop": "redirects",
    "status-403": "403",
    "status-404": "404",
    "status-410": "410",
    "status-500": "500",
}


@pytest.mark.parametrize("fault", FINAL_WORDS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_fault_that_stays_is_a_clean_error(tmp_path, right_hashes, source, fault):
    """D3, D4, D10, D11, D15, D18: few requests, an error in words, nothing under the path that was asked for."""
    hash_value = right_hashes(source, 0)
    with chaos(0, "--always", fault) as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        began = time.monotonic()
        build = start_build(project)
        output, errors = build.communicate(timeout=SECONDS_TO_FINISH)
        assert time.monotonic() - began < SECONDS_TO_FINISH
        log = requests(address)
    assert build.returncode == 1, errors
    # What has no known size is known to be wrong by its hash.
    words = FINAL_WORDS["flip" if source == "url" and fault in ("longer", "shorter") else fault]
    if source == "hub" and fault == "status-403":
        words = "refuses access to 'org/model'"
    assert words in errors and "got:" not in errors
    assert not [path for path in (project.store / "nix/store").iterdir() if path.name.endswith("-raw")]
    files = [entry["path"] for entry in log if entry["fault"]]
    most = {"status-500": 8, "shorter": 8, "loop": 21}.get(fault, 4)
    assert max(files.count(path) for path in files) <= most, errors
    assert SECRET not in output + errors
    holds_no_secret(project)
    project.verifies_clean()


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
    project.verifies_clean()
    assert list(project.partials.with_name("staging").iterdir()) == []
    assert list(project.partials.iterdir()) == []


def model_requests(address: str, start: int) -> list[dict]:
    return [entry for entry in requests(address)[start:] if "model-1" in entry["path"]]


def recorded_bytes(project: Project) -> int:
    """What the record of the large file counts as there."""
    records = [json.loads(path.read_text()) for path in project.partials.glob("*.part.json")]
    ranges = [piece for record in records if record["total"] == KILLED_BYTES for piece in record["written"]]
    return sum(end - start for start, end in ranges)
