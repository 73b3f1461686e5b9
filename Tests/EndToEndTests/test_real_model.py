"""A real model, whole, through nixlite, and then loaded offline by the real libraries."""

import json
import os
import subprocess
import sys

import pytest
from hub_repository import ModelFolder
from workbench import Hub, Project, real_nix

REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def built(models, tmp_path_factory):
    """The project with the model built, the hub's log, and the model's hash and output path."""
    folder = tmp_path_factory.mktemp("real-model")
    hub = Hub(models, folder / "requests.jsonl", "--page-size", "4", "--resolve-cache")
    try:
        project = Project(folder / "work", hub.address)
        hash_value, path = project.build_with_got_hash("minilm", REPOSITORY)
        yield project, hub, hash_value, path
    finally:
        hub.stop()


@pytest.fixture(scope="module")
def python(built):
    """Runs a Python program with nothing but the shell's environment, and gives the JSON it prints."""
    project, _, _, _ = built
    variables = project.development_environment()

    def run(program: str):
        result = subprocess.run(
            [sys.executable, "-c", program], env=variables, cwd=project.folder, capture_output=True, text=True, timeout=300
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="module")
def snapshot(models):
    return ModelFolder(models).snapshot(REPOSITORY, "main")


def test_nothing_is_downloaded_twice(built):
    _, hub, _, _ = built
    objects = [entry for entry in hub.requests("content") if entry["method"] == "GET"]
    # A request whose end another one took over has sent a little more than was read.
    assert 90868376 <= sum(entry["sent"] for entry in objects) < 1.5 * 90868376
    assert not any(entry["authorization"] for entry in objects)


def test_files_are_the_repository(built, snapshot):
    project, _, _, path = built
    view = project.real(path)
    for name, file in snapshot.files.items():
        assert (view / name).read_bytes() == file.location.read_bytes(), name
        assert (view / "snapshots" / snapshot.commit / name).read_bytes() == file.location.read_bytes(), name
    assert (view / "refs" / "main").read_text() == snapshot.commit


def test_hash_is_that_of_the_layout(built, models, tmp_path):
    """An independent layout of the same files has the same NAR hash by real Nix."""
    from hub_layout import lay_out

    lay_out(models / REPOSITORY, tmp_path / "layout", False, "main")
    base32 = real_nix("nix-hash", "--type", "sha256", "--base32", str(tmp_path / "layout")).stdout.strip()
    hexadecimal = real_nix("nix-hash", "--type", "sha256", str(tmp_path / "layout")).stdout.strip()
    project, _, hash_value, _ = built
    import base64

    assert base64.b64decode(hash_value.removeprefix("sha256-")).hex() == hexadecimal
    assert project.succeed("hash", "path", str(tmp_path / "layout")).strip() == hash_value
    assert len(base32) == 52


def test_environment(built):
    project, _, _, path = built
    variables = project.development_environment()
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert variables["TRANSFORMERS_OFFLINE"] == "1"
    assert os.path.isabs(variables["HF_HUB_CACHE"])
    assert os.path.realpath(variables["MODEL_REPO_MINILM"]) == os.path.realpath(project.real(path))


@pytest.mark.parametrize("revision", ["main", "commit"])
def test_huggingface_hub_finds_snapshot(python, snapshot, revision):
    named = "main" if revision == "main" else snapshot.commit
    found = python(f"""
import json, os
from huggingface_hub import snapshot_download, hf_hub_download
folder = snapshot_download({REPOSITORY!r}, revision={named!r})
nested = hf_hub_download({REPOSITORY!r}, "1_Pooling/config.json", revision={named!r})
print(json.dumps([sorted(os.listdir(folder)), json.load(open(nested))["word_embedding_dimension"]]))
""")
    assert found == [sorted({name.split("/")[0] for name in snapshot.files}), 384]


@pytest.mark.parametrize("source", ["name", "variable"])
def test_tokenizer_loads(python, source):
    model = repr(REPOSITORY) if source == "name" else 'os.environ["MODEL_REPO_MINILM"]'
    found = python(f"""
import json, os
from transformers import AutoConfig, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained({model})
config = AutoConfig.from_pretrained({model})
print(json.dumps([tokenizer("This is an example sentence")["input_ids"], config.hidden_size]))
""")
    assert found == [[101, 2023, 2003, 2019, 2742, 6251, 102], 384]


def test_weights_open(python):
    found = python("""
import json, os
from safetensors import safe_open
with safe_open(os.path.join(os.environ["MODEL_REPO_MINILM"], "model.safetensors"), "np") as weights:
    shape = list(weights.get_tensor("embeddings.word_embeddings.weight").shape)
    print(json.dumps([len(list(weights.keys())), shape]))
""")
    assert found == [104, [30522, 384]]


def test_shell_runs_program(built):
    project, _, _, _ = built
    program = "import os; from huggingface_hub import snapshot_download as f; print(os.path.exists(f(%r) + '/vocab.txt'))"
    output = project.succeed("shell", "--", sys.executable, "-c", program % REPOSITORY)
    assert output.splitlines()[-1] == "True"


def test_real_nix_verifies_store(built):
    project, _, _, path = built
    checked = real_nix("nix-store", "--verify", "--check-contents", store=project.store)
    assert checked.returncode == 0, checked.stderr
    assert "modified" not in checked.stderr and "error" not in checked.stderr
    references = real_nix("nix-store", "--query", "--references", logical(project, path), store=project.store)
    raw = [line for line in references.stdout.splitlines() if line.endswith("-raw")]
    assert len(raw) == 1
    hashes = real_nix("nix-store", "--query", "--hash", raw[0], store=project.store).stdout.strip()
    hashed = real_nix("nix-hash", "--type", "sha256", "--base32", str(project.real(raw[0]))).stdout.strip()
    assert hashes == f"sha256:{hashed}"


def test_project_builds_offline(built):
    """With the hash in place the model is there: no request, and no network is needed."""
    project, hub, _, path = built
    before = len(hub.requests())
    again = project.succeed("build", ".#models.minilm", "--offline", "--print-out-paths", "--no-link")
    assert again.strip() == path
    assert len(hub.requests()) == before


def logical(project: Project, path: str) -> str:
    return path.removeprefix(str(project.store))
