"""Large files in chunks by Xet's own protocol: the bytes that the real client gets from the same store."""

import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import urllib.request

import pytest
from git_peers import GitServer, WorkTree, git
from workbench import Project, got_hash, real_nix

REPOSITORY = "nixlite/chunky"
XET = "network.xet = true;"


@pytest.fixture(scope="session")
def content(models) -> bytes:
    """Floats, text, zeros and bytes without order, and some of them twice."""
    choice = random.Random(7)
    floats = b"".join(struct.pack("<f", choice.gauss(0, 0.02)) for _ in range(500_000))
    noise = choice.randbytes(3 << 20)
    content = floats + noise + b"all work and no play " * 40_000 + bytes(700_001) + floats[: 1 << 20] + noise
    folder = models / REPOSITORY
    folder.mkdir()
    (folder / "config.json").write_text("{}\n")
    (folder / "model.safetensors").write_bytes(content)
    (folder / "tiny.bin").write_bytes(b"x")
    (folder / "empty.bin").write_bytes(b"")
    return content


def write_model(project: Project, hash_value: str | None = None, network: str = XET) -> None:
    chosen = f'"{hash_value}"' if hash_value else "lib.fakeHash"
    project.write_models(f'chunky = {{ source.huggingface.repo = "{REPOSITORY}"; hash = {chosen}; {network} }};')


def fetch(project: Project, content: bytes, **options) -> subprocess.CompletedProcess:
    """Fetches against a fake hash, then takes what is there under its own; compares the bytes."""
    write_model(project)
    refused = project.run("build", ".#models.chunky", **options)
    assert refused.returncode == 1, refused.stderr
    write_model(project, got_hash(refused.stderr))
    path = project.succeed("build", ".#models.chunky", "--print-out-paths").strip()
    assert (project.real(path) / "model.safetensors").read_bytes() == content
    assert (project.real(path) / "tiny.bin").read_bytes() == b"x"
    return refused


def paths(hub, server: str) -> list[str]:
    return [entry["path"] for entry in hub.requests(server)]


def download_with_real_client(hub, folder: pathlib.Path) -> bytes:
    """What huggingface_hub and hf_xet get."""
    program = (
        "import sys, huggingface_hub as hub\n"
        f"print(hub.hf_hub_download({REPOSITORY!r}, 'model.safetensors'))"
    )
    settings = {"HF_ENDPOINT": hub.address, "HF_HOME": str(folder), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **settings}, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return pathlib.Path(result.stdout.strip()).read_bytes()


def upload_with_real_client(hub, location: pathlib.Path) -> None:
    with urllib.request.urlopen(f"{hub.address}/api/models/{REPOSITORY}/xet-write-token/main") as answer:
        token = json.load(answer)
    program = (
        "import sys, hf_xet\n"
        "hf_xet.upload_files([sys.argv[1]], sys.argv[2], (sys.argv[3], int(sys.argv[4])), None, None, 'model')"
    )
    words = [str(location), token["casUrl"], token["accessToken"], str(token["exp"])]
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *words], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("schemes", ["none", "lz4", "bg4", "mixed"])
def test_same_bytes_as_the_real_client(project_at, content, tmp_path, schemes):
    project, hub = project_at("--xet", schemes)
    fetch(project, content)
    requests = hub.requests("content")
    assert all(entry["path"].startswith("/xorbs/") for entry in requests)
    assert not any(entry["authorization"] for entry in requests)
    assert sum(entry["method"] == "GET" for entry in hub.requests("store")) == 2
    assert download_with_real_client(hub, tmp_path / "hub") == content


@pytest.mark.parametrize("flags", [[], ["--fault", "xet-v1"]])
def test_what_the_real_client_uploads(project_at, content, models, flags):
    project, hub = project_at("--xet", "uploaded", *flags)
    upload_with_real_client(hub, models / REPOSITORY / "model.safetensors")
    fetch(project, content)
    requests = hub.requests("content")
    assert any(entry["path"].startswith("/xorbs/") for entry in requests)
    # What the file has twice is fetched once.
    assert sum(entry["sent"] for entry in requests) < len(content) - (2 << 20)


def test_same_tree_as_without(project_at, content):
    project, hub = project_at("--xet", "mixed")
    write_model(project, network="")
    plain = got_hash(project.run("build", ".#models.chunky").stderr)
    assert paths(hub, "store") == []
    other = Project(project.folder.parent / "other", hub.address)
    write_model(other)
    assert got_hash(other.run("build", ".#models.chunky").stderr) == plain
    assert paths(hub, "store") != []


@pytest.mark.parametrize(
    "fault",
    [
        "xet-truncate:70000",
        "xet-truncate:3",
        "xet-flip",
        "xet-garble",
        "xet-expire-once",
        "xet-token:1",
        "xet-v1",
        "busy:2",
    ],
)
@pytest.mark.parametrize("schemes", ["none", "mixed"])
def test_survived(project_at, content, schemes, fault):
    project, hub = project_at("--xet", schemes, "--fault", fault)
    result = fetch(project, content)
    verified = real_nix("nix-store", "--verify", "--check-contents", store=project.store)
    assert verified.returncode == 0 and "error" not in verified.stderr, verified.stderr
    if fault in ("xet-flip", "xet-garble") or "truncate" in fault:
        assert "trying again" in result.stderr
    if fault != "xet-flip":
        assert all(path.startswith("/xorbs/") for path in paths(hub, "content"))


def test_wrong_xorb_is_fetched_again_alone(project_at, content, models):
    """Its own hash tells, where all of it is asked for: nothing else is fetched twice."""
    project, hub = project_at("--xet", "uploaded", "--fault", "xet-flip")
    upload_with_real_client(hub, models / REPOSITORY / "model.safetensors")
    result = fetch(project, content)
    assert "have another hash than it" in result.stderr or "damaged" in result.stderr
    # Besides the small file that was not uploaded.
    assert sum(entry["sent"] for entry in hub.requests("content") if entry["path"].startswith("/repos/")) == 1


def test_wrong_for_good_goes_on_without(project_at, content):
    project, hub = project_at("--xet", "lz4", "--fault", "xet-flip-always")
    result = fetch(project, content)
    assert "without Xet" in result.stderr
    assert any(path.startswith("/repos/") for path in paths(hub, "content"))


def test_hub_without_xet(project_at, content):
    project, hub = project_at("--xet", "lz4", "--fault", "xet-absent")
    result = fetch(project, content)
    assert result.stderr.count("without Xet") == 1
    assert all(path.startswith("/repos/") for path in paths(hub, "content"))


def test_private_repository_tells_no_secrets(project_at, content):
    token = "hf_ThisIsTheSecretToken"
    project, hub = project_at("--xet", "mixed", "--private", REPOSITORY, "--token", token, "--fault", "xet-truncate:9")
    environment = {"HF_TOKEN": token}
    write_model(project)
    result = project.run("build", ".#models.chunky", "-vvv", environment=environment)
    assert "got:" in result.stderr, result.stderr
    for secret in (token, "-secret"):
        assert secret not in result.stderr + result.stdout
    assert not re.search("Signature=[0-9]", result.stderr)
    for path in project.store.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert token.encode() not in data and b"-secret" not in data
    assert any(entry["authorization"] for entry in hub.requests("store"))
    assert not any(entry["authorization"] for entry in hub.requests("content"))


def test_killed_fetch_goes_on(project_at, start_hub, content):
    project, hub = project_at("--xet", "mixed", "--fault", f"slow:{400_000}")
    write_model(project)
    build = project.start("build", ".#models.chunky", "--no-link")
    project.await_recorded(4 << 20, build)
    build.kill()
    build.communicate()
    kept = project.recorded_bytes()
    fast = start_hub("--xet", "mixed")
    project.environment["HF_ENDPOINT"] = fast.address
    fetch(project, content)
    sent = sum(entry["sent"] for entry in fast.requests("content") if entry["method"] == "GET")
    assert sent < len(content) - kept + (3 << 20)


def test_repository_of_git(start_hub, models, content, tmp_path):
    """A `git-xet` source: the commit from git, its large files from the store that the hub names."""
    work = WorkTree(tmp_path / "tree")
    git(work.folder, "lfs", "track", "*.safetensors")
    work.write("model.safetensors", content)
    work.write("config.json", b"{}\n")
    commit = work.commit()
    server = GitServer(tmp_path / "git", tmp_path / "git.jsonl")
    try:
        url = server.make_repository(REPOSITORY)
        work.push(url)
        seen = models / f"{REPOSITORY}@{commit}"
        seen.mkdir(exist_ok=True)
        (seen / "model.safetensors").write_bytes(content)
        hub = start_hub("--xet", "mixed")
        project = Project(tmp_path / "work", hub.address)

        def build(endpoint: str, network: str) -> str:
            source = f'source.git-xet = {{ url = "{url}"; rev = "main"; xet.endpoint = "{endpoint}"; }};'
            project.write_models(f"chunky = {{ {source} hash = lib.fakeHash; {network} }};")
            return project.run("build", ".#models.chunky").stderr

        def stored() -> list[dict]:
            requests = [entry for entry in server.requests() if entry["method"] == "GET"]
            return [entry for entry in requests if "/objects/storage/" in entry["path"]]

        first = build(hub.address, XET)
        assert stored() == []
        assert all(path.startswith("/xorbs/") for path in paths(hub, "content")) and paths(hub, "content")
        # By LFS it is the same; a hub that is none is said.
        real_nix("nix-store", "--gc", store=project.store)
        assert got_hash(build(hub.address, "")) == got_hash(first)
        assert len(stored()) == 1
        real_nix("nix-store", "--gc", store=project.store)
        other = build(server.address, XET)
        assert got_hash(other) == got_hash(first)
        assert "without Xet" in other
    finally:
        server.stop()
