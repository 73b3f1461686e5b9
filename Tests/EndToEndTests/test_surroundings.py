"""Hostile surroundings, for each kind of source: locks that do not lock, a store that cannot be written, wrong clocks, edited
partial files, limits of the process, a collector at work (D23, D24, D25, D28, D29, D30 of the table of faults)."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import threading
import time

import pytest
from fault_peers import (
    SECONDS_TO_FINISH,
    SOURCES,
    RightHashes,
    chaos,
    make_project,
    requests,
    start_build,
)
from workbench import SUPPORT, TIMEOUT_SECONDS, Project, real_nix

TEN_YEARS = 315_360_000
SLOW_SIZE = 6 << 20
SLOW_RATE = 4 << 20


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> pathlib.Path:
    """The preloaded library, built from Tests/Support/surroundings.c."""
    file = tmp_path_factory.mktemp("surroundings") / "surroundings.so"
    compiler = shutil.which("clang") or shutil.which("cc")
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(file), str(SUPPORT / "surroundings.c"), "-ldl"], check=True)
    return file


@pytest.fixture(scope="session")
def right_hashes(tmp_path_factory) -> RightHashes:
    return RightHashes(tmp_path_factory.mktemp("calm"))


def finish(build: subprocess.Popen) -> str:
    """The errors of a build that has to succeed."""
    _, errors = build.communicate(timeout=SECONDS_TO_FINISH)
    assert build.returncode == 0, errors
    return errors


@pytest.mark.parametrize("source", SOURCES)
def test_without_locks_bytes_are_wasted_and_nothing_else(tmp_path, library, right_hashes, source):
    """D23: several processes want one model, and no lock holds them apart."""
    hash_value = right_hashes(source, 0)
    with chaos(0, "--calm", "--rate", "8000000") as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        project.environment |= {"LD_PRELOAD": str(library), "NIXLITE_TEST_LOCKS": "none"}
        builds = [start_build(project) for _ in range(3)]
        for build in builds:
            finish(build)
    project.verifies_clean()


def test_locks_that_are_refused(tmp_path, library, right_hashes):
    """D23: a file system that says so: the database is not opened, as with Nix."""
    with chaos(0, "--calm") as (address, _):
        project = make_project(tmp_path / "work", "url", address, 0, right_hashes("url", 0))
        refused = {"LD_PRELOAD": str(library), "NIXLITE_TEST_LOCKS": "error"}
        result = project.run("build", ".#models.m", "--no-link", environment=refused)
        assert result.returncode == 1 and "big-lock': No locks available" in result.stderr
        assert requests(address) == []
        finish(start_build(project))
    project.verifies_clean()


@pytest.mark.parametrize("source", SOURCES)
def test_a_store_that_cannot_be_written(tmp_path, library, right_hashes, source):
    """D24: what is there can be used, nothing can be added, and the reason is said."""
    hash_value = right_hashes(source, 0)
    with chaos(0, "--calm") as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        closed = {"LD_PRELOAD": str(library), "NIXLITE_TEST_READONLY": str(project.store)}
        project.store.mkdir()
        refused = project.run("build", ".#models.m", "--no-link", environment=closed)
        assert refused.returncode == 1
        assert "Read-only file system" in refused.stderr and "got:" not in refused.stderr
        assert list(project.store.iterdir()) == []
        path = project.succeed("build", ".#models.m", "--no-link", "--print-out-paths").strip()
        before = len(requests(address))
        assert project.succeed("build", ".#models.m", "--no-link", "--print-out-paths", environment=closed).strip() == path
        assert path in project.succeed("store", "path-info", path, environment=closed)
        assert len(requests(address)) == before
    project.verifies_clean()


@pytest.mark.parametrize("clock", [str(TEN_YEARS), str(-TEN_YEARS), "wild"])
@pytest.mark.parametrize("source", SOURCES)
def test_the_time_of_day_is_in_no_hash(tmp_path, library, right_hashes, source, clock):
    """D25: waiting times and contents do not depend on the clock that people set."""
    hash_value = right_hashes(source, 0)
    with chaos(0) as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        project.environment |= {"LD_PRELOAD": str(library), "NIXLITE_TEST_CLOCK": clock}
        finish(start_build(project))
    project.verifies_clean()


def kill_halfway(project: Project, address: str) -> pathlib.Path:
    """Starts a build and kills it when the record of a large file counts some of it; that partial file."""
    build = start_build(project)
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_FINISH:
        for record in project.partials.glob("*.part.json"):
            with contextlib.suppress(ValueError):
                if json.loads(record.read_text())["written"]:
                    build.send_signal(signal.SIGKILL)
                    build.communicate()
                    return record.with_suffix("")
        time.sleep(0.01)
    raise AssertionError(build.communicate()[1])


@pytest.mark.parametrize("edit", ["bytes", "ranges", "nonsense", "cut"])
@pytest.mark.parametrize("source", SOURCES)
def test_an_edited_partial_file(tmp_path, right_hashes, source, edit):
    """D28: somebody changed what an interrupted run left: the hash tells, and it is fetched anew exactly once."""
    hash_value = right_hashes(source, 0, SLOW_SIZE)
    with chaos(0, "--calm", "--size", str(SLOW_SIZE), "--rate", str(SLOW_RATE)) as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value, SLOW_SIZE)
        partial = kill_halfway(project, address)
        record = partial.with_name(partial.name + ".json")
        fields = json.loads(record.read_text())
        end = fields["written"][0][1]
        if edit == "bytes":
            with partial.open("r+b") as stream:
                stream.seek(end // 2)
                byte = stream.read(1)
                stream.seek(end // 2)
                stream.write(bytes([byte[0] ^ 1]))
        elif edit == "ranges":
            record.write_text(json.dumps({**fields, "written": [[0, fields["total"] - 5]]}))
            os.truncate(partial, fields["total"])
        elif edit == "nonsense":
            record.write_text('{"version": 1, "written": [[5, 2]], "total": -1')
        else:
            os.truncate(partial, end // 3)
        before = len(requests(address))
        build = start_build(project)
        _, errors = build.communicate(timeout=SECONDS_TO_FINISH)
        if source == "s3" and build.returncode:
            # Only the hash of the whole model tells, and the next run has nothing of the old one.
            assert edit in ("bytes", "ranges") and "got:" in errors, errors
            finish(start_build(project))
        else:
            assert build.returncode == 0, errors
        asked = [entry for entry in requests(address)[before:] if entry["sent"] > 1 << 20 or entry["range"]]
        fresh = [entry for entry in asked if not entry["range"] and entry["sent"] == fields["total"]]
    assert len(fresh) <= 1
    project.verifies_clean()


LIMITS = [*((resource.RLIMIT_NOFILE, count) for count in (8, 12, 16, 24, 32)), (resource.RLIMIT_FSIZE, 1 << 20), (resource.RLIMIT_AS, 400 << 20)]


@pytest.mark.parametrize(("kind", "most"), LIMITS)
@pytest.mark.parametrize("source", SOURCES)
def test_limits_of_the_process(tmp_path, right_hashes, source, kind, most):
    """D29: too few descriptors: an error in words or success; too little memory may end the process; never half a model."""
    hash_value = right_hashes(source, 0)
    with chaos(0, "--calm") as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        build = start_build(project, preexec_fn=lambda: resource.setrlimit(kind, (most, most)))
        _, errors = build.communicate(timeout=SECONDS_TO_FINISH)
        is_said = build.returncode == 0 or build.returncode == 1 and "error: " in errors
        assert is_said or kind == resource.RLIMIT_AS, (build.returncode, errors)
        assert "got:" not in errors
        if (project.store / "nix/var/nix/db").exists():
            project.verifies_clean()
        finish(start_build(project))
    project.verifies_clean()


@pytest.mark.parametrize("source", SOURCES)
def test_no_room_for_another_file(tmp_path, library, right_hashes, source):
    """D29: the file system runs out of inodes, each time a little later, until there are enough."""
    hash_value = right_hashes(source, 0)
    with chaos(0, "--calm") as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value)
        outcomes = []
        for count in (0, 5, 10, 15, 20, 30, 40, 60, 1000):
            limited = {"LD_PRELOAD": str(library), "NIXLITE_TEST_CREATIONS": str(count)}
            result = project.run("build", ".#models.m", "--no-link", environment=limited)
            outcomes.append(result.returncode)
            assert result.returncode in (0, 1), result.stderr
            assert "got:" not in result.stderr
            if result.returncode:
                assert "error: " in result.stderr and "space" in result.stderr.lower(), result.stderr
            if (project.store / "nix/var/nix/db/db.sqlite").exists():
                project.verifies_clean()
    assert outcomes[0] == 1 and outcomes[-1] == 0


@pytest.mark.parametrize("source", SOURCES)
def test_a_collector_beside_a_fetch(tmp_path, right_hashes, source):
    """D30: Nix collects garbage all the time; what is being fetched and what is linked survives."""
    hash_value = right_hashes(source, 0, SLOW_SIZE)
    with chaos(0, "--calm", "--size", str(SLOW_SIZE), "--rate", str(SLOW_RATE)) as (address, _):
        project = make_project(tmp_path / "work", source, address, 0, hash_value, SLOW_SIZE)
        is_over = threading.Event()
        collections = []

        def collect():
            while not is_over.is_set():
                collections.append(real_nix("nix-store", "--gc", store=project.store))

        collector = threading.Thread(target=collect)
        collector.start()
        try:
            for _ in range(2):
                finish(start_build(project, "--out-link", str(project.folder / "linked")))
                linked = pathlib.Path(os.readlink(project.folder / "linked")).name
                assert project.real(f"/nix/store/{linked}").is_dir()
        finally:
            is_over.set()
            collector.join(TIMEOUT_SECONDS)
        assert len(collections) > 2
        assert all(entry.returncode == 0 for entry in collections), collections[-1].stderr
    needed = real_nix("nix-store", "--query", "--requisites", f"/nix/store/{linked}", store=project.store).stdout.split()
    assert len(needed) == 2 and all(project.real(path).is_dir() for path in needed)
    project.verifies_clean()
