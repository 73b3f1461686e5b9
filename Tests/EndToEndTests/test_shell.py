"""`nixlite shell` and `nixlite print-dev-env`: what a program inside sees."""

import os

import pytest
from workbench import Project


@pytest.fixture
def entered(project) -> Project:
    """A project with a built model, two scripts' worth of configuration and a greeting."""
    hash_value, _ = project.build_with_got_hash("tiny-bert", "nixlite/tiny-bert")
    project.write_models(
        f'tiny-bert = {{ source.huggingface.repo = "nixlite/tiny-bert"; hash = "{hash_value}"; }};',
        """
          env.GREETING = "good day";
          scripts.say-it.exec = ''
            echo "$GREETING from the script"
          '';
          enterShell = ''
            export ENTERED=yes
          '';
        """,
    )
    return project


def test_variables(entered):
    variables = entered.development_environment()
    assert variables["GREETING"] == "good day"
    assert variables["ENTERED"] == "yes"
    assert os.path.isfile(os.path.join(variables["MODEL_REPO_TINY_BERT"], "config.json"))
    assert variables["HF_HUB_CACHE"].startswith(str(entered.folder))
    assert os.path.isabs(variables["HF_HOME"])
    assert variables["HF_TOKEN_PATH"] == str(entered.home / ".cache/huggingface/token")


def test_links(entered):
    entered.succeed("shell", "--", "true")
    cache = entered.folder / ".devenv/model-repo"
    for link in (cache / "models--nixlite--tiny-bert", cache / "hub/models--nixlite--tiny-bert"):
        assert (link / "config.json").is_file(), link


def test_script_is_on_the_path(entered):
    assert entered.succeed("shell", "--", "say-it").splitlines()[-1] == "good day from the script"


def test_exit_status_is_that_of_the_command(entered):
    assert entered.run("shell", "--", "sh", "-c", "exit 7").returncode == 7


def test_arguments_arrive_as_they_are(entered):
    output = entered.succeed("shell", "--", "printf", "%s|", "a b", "$HOME", "'", "*")
    assert output.endswith("a b|$HOME|'|*|")


def test_fetching_is_not_stopped_by_our_own_variables(project):
    """HF_HUB_OFFLINE, which the shell sets, is for the libraries; a build inside the shell still fetches."""
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert", environment={"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})
    assert "got:" in result.stderr, result.stderr


def test_online_mode(entered):
    text = (entered.folder / "devenv.nix").read_text()
    (entered.folder / "devenv.nix").write_text(text.replace("enable = true;", "enable = true; offlineMode = false;", 1))
    assert "HF_HUB_OFFLINE" not in entered.development_environment()
