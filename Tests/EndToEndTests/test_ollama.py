"""Models of an Ollama registry, whose answers have the shape of registry.ollama.ai's."""

import hashlib
import json
import subprocess
import sys

import pytest
from workbench import FAKE_HASH, SUPPORT, Peer, Project, contents, got_hash

sys.path.insert(0, str(SUPPORT))
import ollama_registry


class Registry(Peer):
    def __init__(self, folder):
        folder.mkdir()
        super().__init__("ollama_registry.py", str(folder), log=folder / "requests.jsonl")
        self.address = self.greeting
        self.host = self.address.removeprefix("http://")


@pytest.fixture
def registry(tmp_path):
    registry = Registry(tmp_path / "registry")
    yield registry
    registry.stop()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "work", "http://127.0.0.1:9")


def write(project, model, hash_value=FAKE_HASH, more=""):
    project.write_models(f'    tiny = {{ source.ollama = {{ model = "{model}"; }}; hash = "{hash_value}"; {more} }};')


def build(project, model, more="", environment=None):
    """Builds with the hash that a first build names; the files of the raw model by path."""
    write(project, model, more=more)
    refused = project.run("build", ".#models.tiny", environment=environment)
    write(project, model, got_hash(refused.stderr), more)
    path = project.succeed("build", ".#models.tiny.raw", "--print-out-paths", environment=environment).strip()
    return path, contents(project.real(path))


def test_layout_is_that_of_ollama_models(project, registry):
    path, files = build(project, f"{registry.address}/library/tiny")
    assert path.endswith("-ollama-http-127.0.0.1-" + registry.host.rpartition(":")[2] + "-library-tiny-latest-raw")
    manifest = files.pop(f"manifests/{registry.host}/library/tiny/latest")
    assert manifest == ollama_registry.MANIFESTS["latest"]
    document = json.loads(manifest)
    wanted = {entry["digest"].replace(":", "-") for entry in [document["config"], *document["layers"]]}
    assert set(files) == {f"blobs/{name}" for name in wanted}
    for name, content in files.items():
        assert name == f"blobs/sha256-{hashlib.sha256(content).hexdigest()}"


def test_storage_is_asked_once_per_blob_and_without_credentials(project, registry):
    build(project, f"{registry.address}/secret/tiny:latest")
    requests = registry.requests()
    blobs = [entry for entry in requests if entry["storage"]]
    assert len(blobs) == len({entry["path"] for entry in blobs}) == 5
    assert not any(entry["authorization"] for entry in blobs)
    tokens = {entry["authorization"] for entry in requests if "/blobs/" in entry["path"]}
    assert tokens == {"Bearer token-of-secret"}


def test_a_digest_in_the_name(project, registry):
    digest = hashlib.sha256(ollama_registry.MANIFESTS["latest"]).hexdigest()
    _, files = build(project, f"{registry.address}/library/tiny:latest@sha256:{digest}")
    assert f"manifests/{registry.host}/library/tiny/latest" in files
    write(project, f"{registry.address}/library/tiny:latest@sha256:{'0' * 64}")
    refused = project.run("build", ".#models.tiny")
    assert refused.returncode == 1 and "has no model" in refused.stderr


def test_a_login_opens_a_private_registry(project, registry):
    write(project, f"{registry.address}/locked/tiny")
    refused = project.run("build", ".#models.tiny")
    assert refused.returncode == 1
    assert "refuses access" in refused.stderr and "authentication required" in refused.stderr
    login = 'auth = { usernameEnvVar = "WHO"; passwordEnvVar = "SECRET"; };'
    build(project, f"{registry.address}/locked/tiny", login, {"WHO": "me", "SECRET": "pw"})


def test_a_wrong_blob_is_refused(project, registry):
    write(project, f"{registry.address}/library/tiny:broken")
    refused = project.run("build", ".#models.tiny")
    assert refused.returncode == 1
    assert "does not have the expected hash" in refused.stderr
    assert "got:" not in refused.stderr


@pytest.mark.parametrize(
    "model, words",
    [
        ("library/huge", "has no model '{host}/library/huge:latest': NAME_UNKNOWN"),
        ("library/tiny:70b", "has no model '{host}/library/tiny:70b': MANIFEST_UNKNOWN: manifest unknown"),
        ("a/b/c/d", "is not the name of an Ollama model: it has 5 parts"),
    ],
)
def test_errors_name_the_model(project, registry, model, words):
    write(project, f"{registry.address}/{model}")
    refused = project.run("build", ".#models.tiny")
    assert refused.returncode == 1
    assert words.format(host=registry.host) in refused.stderr


@pytest.mark.parametrize("is_known", [True, False])
def test_login_with_the_key_of_ollama(project, registry, is_known):
    """ssh-keygen's key, as `ollama` makes it; the registry checks the signature."""
    folder = project.home / ".ollama"
    folder.mkdir()
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f"]
    subprocess.run([*make, str(folder / "id_ed25519")], check=True)
    public = folder / "id_ed25519.pub"
    if not is_known:
        subprocess.run([*make, str(folder / "other")], check=True)
        public = folder / "other.pub"
    (registry.log.parent / "id_ed25519.pub").write_text(public.read_text())
    write(project, f"{registry.address}/signed/tiny")
    result = project.run("build", ".#models.tiny")
    assert ("got:" in result.stderr) == is_known, result.stderr
    if not is_known:
        assert "unknown key" in result.stderr


def test_a_key_with_a_passphrase_is_refused(project, registry):
    folder = project.home / ".ollama"
    folder.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(folder / "id_ed25519")], check=True)
    write(project, f"{registry.address}/signed/tiny")
    assert "is no Ed25519 key of OpenSSH without a passphrase" in project.run("build", ".#models.tiny").stderr
