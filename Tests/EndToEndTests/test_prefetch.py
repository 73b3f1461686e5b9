"""`nixlite prefetch`: fetch, hash, and a description that builds without another download."""

import http.server
import json
import re
import tarfile
import threading

import pytest
from workbench import Project


@pytest.fixture
def files(tmp_path):
    """A folder behind an HTTP server; `server.asked` is what was asked for."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=tmp_path / "served")

        def log_message(self, *arguments):
            self.server.asked.append(self.path)

    (tmp_path / "served").mkdir()
    (tmp_path / "served/weights.bin").write_bytes(bytes(range(256)) * 4000)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.folder = tmp_path / "served"
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def bare(tmp_path):
    """A project without a hub."""
    return Project(tmp_path / "work", "http://127.0.0.1:9")


def paste(project, text):
    """Puts what was printed into the project's devenv.nix; the model's name."""
    first, _, description = text.partition("\n\n")
    assert re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", first)
    (project.folder / "devenv.nix").write_text(
        f"{{ pkgs, lib, ... }}: {{ services.model-repo.enable = true; {description} }}"
    )
    return re.search(r"models\.(\S+) =", description)[1]


def test_what_is_printed_builds_without_a_download(bare, files):
    printed = bare.succeed("prefetch", f"{files.address}/weights.bin")
    asked = len(files.asked)
    name = paste(bare, printed)
    assert name == "weights-bin"
    path = bare.succeed("build", f".#models.{name}.raw", "--print-out-paths").strip()
    assert (bare.real(path) / "weights.bin").read_bytes() == (files.folder / "weights.bin").read_bytes()
    assert len(files.asked) == asked


def test_a_hub_model_is_pinned_to_its_commit(project, hub):
    printed = project.succeed("prefetch", "hf:nixlite/tiny-bert", "--files", "*.json")
    assert re.search(r'revision = "[0-9a-f]{40}";', printed)
    assert 'files = [ "*.json" ];' in printed
    name = paste(project, printed)
    asked = len(hub.requests())
    path = project.succeed("build", f".#models.{name}", "--print-out-paths").strip()
    assert (project.real(path) / "config.json").is_file()
    assert len(hub.requests()) == asked


def test_json(bare, files):
    answer = json.loads(bare.succeed("prefetch", "--json", "--name", "w", f"{files.address}/weights.bin"))
    assert answer["name"] == "w"
    assert answer["source"] == {"url": {"urls": [f"{files.address}/weights.bin"]}}
    assert answer["storePath"].endswith("-url-weights.bin-raw")
    assert (bare.real(answer["realPath"]) / "weights.bin").is_file()
    assert answer["narSize"] > 4000 * 256
    assert answer["hash"] in answer["nix"]


def test_an_expected_hash(bare, files):
    printed = bare.succeed("prefetch", f"{files.address}/weights.bin")
    asked = len(files.asked)
    value = printed.split("\n")[0]
    assert bare.succeed("prefetch", "--expected-hash", value, f"{files.address}/weights.bin") == printed
    assert len(files.asked) == asked
    wrong = "sha256-" + "B" * 42 + "A="
    result = bare.run("prefetch", "--expected-hash", wrong, f"{files.address}/weights.bin")
    assert result.returncode == 102
    assert f"expected: {wrong}" in result.stderr and f"got:      {value}" in result.stderr


def test_an_archive_is_unpacked(bare, files):
    with tarfile.open(files.folder / "m.tar.xz", "w:xz") as archive:
        archive.add(files.folder / "weights.bin", "model/weights.bin")
    answer = json.loads(bare.succeed("prefetch", "--json", "--extract", f"{files.address}/m.tar.xz"))
    assert (bare.real(answer["realPath"]) / "model/weights.bin").is_file()
    assert "extract = true;" in answer["nix"]


@pytest.mark.parametrize("address, words", [("bert", "is not the address of a model"), ("hf:bert", "it is hf:org/model")])
def test_what_is_no_address(bare, address, words):
    result = bare.run("prefetch", address)
    assert result.returncode == 1
    assert words in result.stderr


def test_a_missing_file(bare, files):
    result = bare.run("prefetch", f"{files.address}/nothing.bin")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "server answered 404" in result.stderr


def test_plain_lines_and_a_summary(bare, files):
    result = bare.run("prefetch", f"{files.address}/weights.bin?token=secret")
    assert re.search(r"^fetched 'url-weights.bin-raw': 1 file, 1000.0 KiB in \d+\.\d s(, .* from the network)?$", result.stderr, re.M)
    assert "\x1b" not in result.stderr
    quiet = bare.run("prefetch", "--quiet", f"{files.address}/weights.bin")
    assert quiet.returncode == 0 and quiet.stderr == ""
    verbose = bare.run("prefetch", "-v", f"{files.address}/weights.bin")
    assert "url-weights.bin-raw: downloading 'weights.bin'" in verbose.stderr


def test_internal_json(bare, files):
    result = bare.run("prefetch", "--log-format", "internal-json", f"{files.address}/weights.bin")
    lines = [line for line in result.stderr.splitlines() if line]
    assert all(line.startswith("@nix ") for line in lines), result.stderr
    events = [json.loads(line[5:]) for line in lines]
    started = {event["id"]: event for event in events if event["action"] == "start"}
    assert {102, 104, 105, 101} <= {event["type"] for event in started.values()}
    assert {event["id"] for event in events if event["action"] == "stop"} == set(started)
    transfer = next(event for event in started.values() if event["type"] == 101)
    assert started[transfer["parent"]]["type"] == 105
    results = [event["fields"] for event in events if event["action"] == "result" and event["id"] == transfer["id"]]
    assert all(fields[1] in (0, 1024000) for fields in results)


def test_internal_json_of_errors(bare, files):
    result = bare.run("prefetch", "--log-format", "internal-json", f"{files.address}/nothing.bin")
    last = json.loads(result.stderr.splitlines()[-1].removeprefix("@nix "))
    assert last["level"] == 0 and "server answered 404" in last["raw_msg"]
    assert last["msg"].startswith("\x1b[31;1merror:\x1b[0m ")
