"""Every example of nix-model-repo's devenv page, as counterparts of ours and, where it lies beside us, from the page."""

import pathlib
import re
import shutil
import subprocess
import sys
import time

import boto3
import pytest
from git_peers import GitServer, WorkTree, git
from workbench import ROOT, Project

COUNTERPARTS = ROOT / "corpus/documentation"
PAGE = ROOT.parent / "shared/docs/devenv-page.md"
TOKEN = "hf_ThisIsTheSecretToken"
REPOSITORIES = ["google-bert/bert-base-uncased", "openai-community/gpt2", "meta-llama/Llama-2-7b-hf"]

# Which entries of hashes.nix a raw derivation's hash goes to.
HASH_NAMES = {
    "google-bert-bert-base-uncased": ["bert", "bert-base"],
    "openai-community-gpt2": ["gpt2"],
    "meta-llama-Llama-2-7b-hf": ["llama"],
    "sentence-transformers-all-MiniLM-L6-v2": ["embeddings"],
    "s3-my-models-custom": ["custom-model"],
    "s3-my-bucket-models-my-model": ["custom"],
    "url-model.safetensors": ["weights"],
}
MISMATCH = re.compile(
    r"error: hash mismatch in fixed-output derivation '/nix/store/[a-z0-9]{32}-(\S+?)-?raw\.drv':\n"
    r" {9}specified: \S+\n {12}got: {4}(\S+)\n"
)


def examples(kind: str) -> list[str]:
    return sorted(path.name for path in (COUNTERPARTS / kind).iterdir())


@pytest.fixture(scope="session")
def page_models(models) -> pathlib.Path:
    """The repositories that the page names, each with the small model's files."""
    for name in REPOSITORIES:
        if not (models / name).exists():
            shutil.copytree(models / "nixlite/tiny-bert", models / name)
    return models


@pytest.fixture(scope="session")
def object_store(models, tmp_path_factory):
    """An S3 server (moto) with the page's buckets."""
    log = tmp_path_factory.mktemp("s3") / "log"
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        server = subprocess.Popen(command, stdout=stream, stderr=stream)
    while not (found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text())):
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    address = found[1]
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    for bucket, prefix in (("my-models", "custom/"), ("my-bucket", "models/my-model/")):
        client.create_bucket(Bucket=bucket)
        for path in (models / "nixlite/tiny-bert").rglob("*"):
            if path.is_file():
                key = prefix + path.relative_to(models / "nixlite/tiny-bert").as_posix()
                client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
        client.put_object(Bucket=bucket, Key=prefix.rstrip("/") + "-2/other.txt", Body=b"a sibling")
    yield address
    server.terminate()
    server.wait()


@pytest.fixture
def documented(page_models, start_hub, tmp_path, object_store) -> Project:
    """An empty project whose sources are on loopback, with the credentials that the page speaks of."""
    hub = start_hub("--gated", "meta-llama/Llama-2-7b-hf", "--token", TOKEN)
    project = Project(tmp_path / "work", hub.address)
    project.environment |= {"HF_TOKEN": TOKEN, "AWS_ENDPOINT_URL": object_store}
    (project.home / ".aws").mkdir()
    sections = (f"[{name}]\naws_access_key_id = key\naws_secret_access_key = secret\n" for name in ("default", "my-profile"))
    (project.home / ".aws/credentials").write_text("".join(sections))
    return project


def copy_example(project: Project, kind: str, name: str) -> None:
    shutil.copytree(COUNTERPARTS / kind / name, project.folder, dirs_exist_ok=True)


def evaluates(project: Project) -> None:
    if (project.folder / "flake.nix").exists():
        attribute = ".#devShells.x86_64-linux.default.config.services.model-repo.enable"
        assert project.succeed("eval", attribute) == "true\n"
    else:
        assert project.succeed("eval", "devenv.nix").startswith("{")


def refuses_ellipsis_hash(project: Project) -> None:
    result = project.run("shell", "--", "true")
    assert result.returncode != 0
    assert "error: invalid SRI hash '...', length 0 != expected length 32" in result.stderr
    assert "hint:" in result.stderr and "lib.fakeHash" in result.stderr and "got:" in result.stderr


@pytest.mark.parametrize("name", examples("as-it-stands"))
def test_as_it_stands(documented, name):
    copy_example(documented, "as-it-stands", name)
    evaluates(documented)
    if 'sha256-..."' in "".join(path.read_text() for path in documented.folder.glob("*.nix")):
        refuses_ellipsis_hash(documented)


@pytest.mark.parametrize("name", [name for name in examples("with-hashes") if name != "source-git-lfs"])
def test_with_hashes(documented, name):
    copy_example(documented, "with-hashes", name)
    for path in documented.folder.glob("devenv.nix"):
        hub = documented.environment["HF_ENDPOINT"]
        served = f"{hub}/nixlite/tiny-bert/resolve/main/model.safetensors"
        path.write_text(path.read_text().replace("https://example.com/model.bin", served))
    hashes = documented.folder / "hashes.nix"
    for _ in range(hashes.read_text().count("=") + 1):
        result = documented.run("shell", "--", "env")
        if result.returncode == 0:
            break
        found = MISMATCH.findall(result.stderr)
        assert found, result.stderr
        for raw, got in found:
            for key in HASH_NAMES[raw.rstrip("-")]:
                hashes.write_text(re.sub(rf'(\b{key} = )"[^"]*"', rf'\1"{got}"', hashes.read_text()))
    assert result.returncode == 0, result.stderr
    variables = dict(line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    paths = [value for key, value in variables.items() if key.startswith("MODEL_REPO_") or key == "BERT_MODEL"]
    assert paths
    for path in paths:
        assert any(pathlib.Path(path).iterdir())


def test_git_lfs_without_a_commit_is_explained(documented):
    """The page's `rev` stands for a commit, and is no name of one."""
    copy_example(documented, "with-hashes", "source-git-lfs")
    evaluates(documented)
    result = documented.run("build", ".#models.my-model")
    assert result.returncode == 1
    assert "'abc123...' is no name of a branch, a tag or a commit" in result.stderr


def test_git_lfs(documented, tmp_path):
    """The page's example with its repository on loopback and a commit of it."""
    server = GitServer(tmp_path / "git", tmp_path / "git.jsonl")
    try:
        work = WorkTree(tmp_path / "model-repo")
        git(work.folder, "lfs", "track", "*.bin")
        work.write("model.bin", bytes(range(256)) * 1000)
        commit = work.commit()
        work.push(server.make_repository("org/model-repo"))
        copy_example(documented, "with-hashes", "source-git-lfs")
        file = documented.folder / "devenv.nix"
        text = file.read_text().replace("https://github.com", server.address).replace("abc123...", commit)
        file.write_text(text)
        refused = documented.run("build", ".#models.my-model")
        raw, got = MISMATCH.findall(refused.stderr)[0]
        assert raw == "git-lfs-org-model-repo"
        hashes = documented.folder / "hashes.nix"
        hashes.write_text(re.sub(r'"sha256-[^"]*"', f'"{got}"', hashes.read_text()))
        variables = documented.succeed("shell", "--", "env")
        path = pathlib.Path(re.search(r"^MODEL_REPO_MY_MODEL=(.*)$", variables, re.MULTILINE)[1])
        assert (path / "model.bin").read_bytes() == bytes(range(256)) * 1000
    finally:
        server.stop()


def test_scripts_of_examples_run(documented):
    copy_example(documented, "with-hashes", "paths")
    refused = documented.run("build")
    got = MISMATCH.findall(refused.stderr)[0][1]
    hashes = documented.folder / "hashes.nix"
    hashes.write_text(re.sub(r'"sha256-[^"]*"', f'"{got}"', hashes.read_text()))
    assert documented.succeed("shell", "--", "use-model").splitlines()[-1] == "bert"


def page_blocks() -> list[tuple[str, str]]:
    """The page's nix blocks as files: name of the file and its text."""
    found = []
    for block in re.findall(r"^```nix\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        code = "\n".join(line for line in block.splitlines() if not line.startswith("#")).strip()
        if "outputs =" in code:
            found.append(("flake.nix", block))
        elif code.startswith("{"):
            found.append(("devenv.nix", block))
        elif code.startswith("models."):
            found.append(("devenv.nix", f"{{ services.model-repo.enable = true;\n  services.model-repo.{code}\n}}\n"))
        else:
            found.append(("devenv.nix", f"{{\n  {code}\n}}\n"))
    return found


if PAGE.exists():

    @pytest.mark.parametrize("index", range(len(page_blocks())))
    def test_block_of_the_page(documented, index):
        name, text = page_blocks()[index]
        (documented.folder / name).write_text(text)
        inputs = re.search(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        (documented.folder / "devenv.yaml").write_text(inputs[1])
        evaluates(documented)
        if 'hash = "sha256-..."' in text:
            refuses_ellipsis_hash(documented)
