"""Interrupts, full disks and neighbours: the store verifies clean, and what was fetched is not fetched again."""

import pathlib
import random
import resource
import signal
import subprocess
import sys

import pytest
from workbench import Project, got_hash, real_nix

LARGE_BYTES = 8 << 20
SPARSE_BYTES = 300 << 20

pytestmark = pytest.mark.usefixtures("large_models")


@pytest.fixture(scope="session")
def large_models(models) -> pathlib.Path:
    for name in ("large", "sparse"):
        (models / "nixlite" / name).mkdir()
        (models / "nixlite" / name / "config.json").write_text("{}\n")
    (models / "nixlite/large/model.safetensors").write_bytes(random.Random(1).randbytes(LARGE_BYTES))
    with (models / "nixlite/sparse/model.safetensors").open("wb") as stream:
        stream.truncate(SPARSE_BYTES)
    return models


def start_build(project: Project, **options) -> subprocess.Popen:
    return project.start("build", ".#models.bert", "--no-link", **options)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_interrupted_fetch_resumes(project_at, start_hub, number):
    project, hub = project_at("--fault", f"slow:{1 << 20}")
    project.write_model("bert", "nixlite/large")
    build = start_build(project)
    project.await_recorded(5 << 20, build)
    build.send_signal(number)
    build.communicate(timeout=60)
    assert build.returncode != 0
    project.verifies_clean()
    fast = start_hub()
    project.environment["HF_ENDPOINT"] = fast.address
    result = project.run("build", ".#models.bert")
    assert "got:" in result.stderr, result.stderr
    sent = sum(entry["sent"] for entry in fast.requests("content") if entry["method"] == "GET")
    assert sent < LARGE_BYTES - (1 << 20)
    project.verifies_clean()


def test_full_disk_is_said_and_survived(project_at):
    """A limit on the size of files stands for a full disk: the write fails, here with 'File too large'."""
    project, _ = project_at()
    project.write_model("bert", "nixlite/large")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))

    build = start_build(project, preexec_fn=limit, restore_signals=False)
    _, errors = build.communicate(timeout=120)
    assert build.returncode == 1
    assert "File too large" in errors
    project.verifies_clean()
    assert "got:" in project.run("build", ".#models.bert").stderr


def test_two_builds_at_once(project_at):
    project, _ = project_at()
    project.write_model("bert", "nixlite/large")
    project.write_model("bert", "nixlite/large", got_hash(project.run("build", ".#models.bert").stderr))
    collected = real_nix("nix-store", "--gc", store=project.store)
    assert collected.returncode == 0, collected.stderr
    builds = [start_build(project) for _ in range(3)]
    for build in builds:
        _, errors = build.communicate(timeout=120)
        assert build.returncode == 0, errors
    project.verifies_clean()


def test_memory_of_a_fetch_does_not_grow_with_its_size(project_at):
    project, _ = project_at()
    project.write_model("bert", "nixlite/sparse")
    program = "import os, sys; p = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); print(os.wait4(p, 0)[2].ru_maxrss)"
    measured = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *project.command("build", ".#models.bert")],
        cwd=project.folder,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "got:" in measured.stderr, measured.stderr
    assert int(measured.stdout) * 1024 <= 100 << 20
