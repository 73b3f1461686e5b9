"""Faults of the hub and of the content network: survived, or explained."""

import pytest

TOKEN = "hf_ThisIsTheSecretToken"


@pytest.mark.parametrize(
    "fault", ["truncate:30000", "no-ranges", "expire-once", "busy:2", "hub-busy:2", "truncate:30000 no-ranges"]
)
def test_survived(project_at, models, fault):
    project, hub = project_at(*(flag for name in fault.split() for flag in ("--fault", name)))
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    expected = (models / "nixlite/tiny-bert/model.safetensors").read_bytes()
    assert (project.real(path) / "model.safetensors").read_bytes() == expected
    assert not any(entry["authorization"] for entry in hub.requests("content"))


def test_broken_transfer_resumes(project_at):
    project, hub = project_at("--fault", "truncate:30000")
    project.build_with_got_hash("bert", "nixlite/tiny-bert")
    answers = [entry for entry in hub.requests("content") if entry["method"] == "GET"]
    assert sum(entry["sent"] for entry in answers) < 93560 + 30000


def test_wrong_bytes_are_refused(project_at):
    project, _ = project_at("--fault", "flip")
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "model.safetensors" in result.stderr
    assert "got:" not in result.stderr


def test_every_page_is_read(project_at, models):
    project, _ = project_at("--page-size", "2")
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    names = {entry.name for entry in project.real(path).iterdir()}
    assert {entry.name for entry in (models / "nixlite/tiny-bert").iterdir()} <= names


def test_rate_limit_is_waited_for(project_at):
    project, _ = project_at("--rate-limit", "8", "--rate-window", "2")
    project.build_with_got_hash("bert", "nixlite/tiny-bert")


def test_renamed_repository(project_at):
    project, _ = project_at("--rename", "old/name=nixlite/tiny-bert")
    _, path = project.build_with_got_hash("bert", "old/name")
    assert (project.real(path) / "config.json").is_file()


def test_missing_repository(project_at):
    project, _ = project_at()
    project.write_model("bert", "nixlite/not-there")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "nixlite/not-there" in result.stderr


def test_missing_revision(project_at):
    project, _ = project_at()
    project.write_model("bert", "nixlite/tiny-bert", more='revision = "no-such-branch";')
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "no-such-branch" in result.stderr


def test_gated_without_token(project_at):
    project, _ = project_at("--gated", "nixlite/tiny-bert", "--token", TOKEN)
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "nixlite/tiny-bert" in result.stderr
    assert "gated" in result.stderr.lower()


@pytest.mark.parametrize("place", ["variable", "file", "named"])
def test_private_with_token(project_at, place):
    project, hub = project_at("--private", "nixlite/tiny-bert", "--token", TOKEN)
    environment = {"variable": {"HF_TOKEN": TOKEN}, "named": {"MY_TOKEN": TOKEN}, "file": {}}[place]
    if place == "file":
        token = project.home / ".cache/huggingface/token"
        token.parent.mkdir(parents=True)
        token.write_text(TOKEN + "\n")
    auth = 'auth.tokenEnvVar = "MY_TOKEN";' if place == "named" else ""
    project.write_models(
        f'bert = {{ source.huggingface.repo = "nixlite/tiny-bert"; hash = lib.fakeHash; {auth} }};'
    )
    result = project.run("build", ".#models.bert", environment=environment)
    assert "got:" in result.stderr, result.stderr
    assert TOKEN not in result.stderr
    assert not any(entry["authorization"] for entry in hub.requests("content"))
    for path in project.store.rglob("*.drv"):
        assert TOKEN not in path.read_text()


def test_wrong_token_is_said(project_at):
    project, _ = project_at("--token", TOKEN)
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert", environment={"HF_TOKEN": "hf_wrong"})
    assert result.returncode == 1
    assert "token" in result.stderr.lower()
    assert "hf_wrong" not in result.stderr


def test_offline_names_the_model(project_at):
    project, hub = project_at()
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert", "--offline")
    assert result.returncode == 1
    assert "bert" in result.stderr
    assert hub.requests() == []
