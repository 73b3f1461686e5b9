"""What a first-time user runs into: names that the command line has to quote, typos, full disks, changed stores, logs."""

import os
import subprocess

from workbench import NIXLITE


def mock(name: str, repository: str = "nixlite/tiny-bert", hash_value: str = "lib.fakeHash") -> str:
    return f'{name} = {{ source.huggingface.repo = "{repository}"; hash = {hash_value}; }};'


def refusal(project, *arguments: str) -> str:
    result = project.run(*arguments)
    assert result.returncode == 1, result.stdout
    return result.stderr


def test_every_model_is_built_whatever_its_name(project):
    hash_value, _ = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    project.write_models("".join(mock(name, hash_value=f'"{hash_value}"') for name in ('"bge-v1.5"', '"2b"', "plain")))
    lines = project.succeed("build", "--print-out-paths", "--no-link").splitlines()
    assert sorted(line.split("-", 1)[1] for line in lines) == ["2b", "bge-v1.5", "plain"]
    assert sorted(lines) == sorted(project.succeed("build", ".#models", "--print-out-paths", "--no-link").splitlines())


def test_the_model_that_was_meant_is_named(project):
    project.write_models(mock("bert") + mock('"bge-v1.5"'))
    assert "'bert'\n       Did you mean models.bert?\n" in refusal(project, "build", ".#bert")
    assert "Did you mean bert?\n" in refusal(project, "build", ".#models.bet")
    assert 'Did you mean models."bge-v1.5"?\n' in refusal(project, "build", ".#models.bge-v1.5")


def test_an_unknown_flake_attribute_has_a_suggestion(project):
    (project.folder / "flake.nix").write_text("{ outputs = { self }: { lib.hello = 1; }; }\n")
    assert "'lib.helo'\n       Did you mean hello?\n" in refusal(project, "eval", ".#lib.helo")


def test_a_broken_lock_file_is_named(project):
    (project.folder / "flake.nix").write_text(
        '{ inputs.nix-model-repo.url = "github:parthspatel/nix-model-repo"; outputs = inputs: { x = inputs.nix-model-repo.lib; }; }'
    )
    lock = project.folder / "flake.lock"
    for text, problem in (
        ("{", f"Could not parse '{lock}': [json.exception.parse_error.101]"),
        ('{"nodes":{"root":{}},"root":"root","version":99}', f"lock file '{lock}' has unsupported version 99"),
        ('{"nodes":{"root":{"inputs":{"nix-model-repo":"no"}}},"root":"root","version":7}', "references missing node 'no'"),
    ):
        lock.write_text(text)
        assert problem in refusal(project, "eval", ".#x.fetchModel")


def test_a_repository_that_is_none_is_refused_at_evaluation(project):
    for repository in ("https://huggingface.co/org/model", "org/model/x", "org/model@main"):
        project.write_models(mock("bert", repository))
        assert "huggingface: 'repo' must be in 'org/model' format" in refusal(project, "build", ".#models.bert")


def test_an_unknown_source_is_named(project):
    project.write_models('bert = { source.hugingface.repo = "a/b"; hash = lib.fakeHash; };')
    assert "ollama, mock; got: hugingface\n" in refusal(project, "build", ".#models.bert")


def test_messages_name_the_program_s_own_files_as_nix_does(project):
    project.write_models(mock("bert", "bert"))
    message = refusal(project, "build", ".#models.bert")
    assert "at <nix/model-repo/fetch-model.nix>:" in message
    assert "__corepkgs__" not in message


def test_a_full_disk_is_an_error(project):
    """What was not written was not printed."""
    with open("/dev/full", "wb") as full:
        for arguments in (["eval", "-E", "1"], ["--help"], ["hash", "file", NIXLITE]):
            result = subprocess.run(
                [NIXLITE, *arguments], env=project.environment, stdout=full, stderr=subprocess.PIPE, text=True
            )
            assert result.returncode == 1
            assert "No space left on device" in result.stderr


def test_a_project_may_change_its_store(project, tmp_path):
    project.build_with_got_hash("bert", "nixlite/tiny-bert")
    project.succeed("shell", "--", "true")
    project.store = tmp_path / "another"
    project.succeed("build", ".#models.bert")
    project.succeed("shell", "--", "true")
    assert os.readlink(project.folder / "result").startswith(str(project.store))


def test_the_store_may_be_named_by_the_configuration(project, tmp_path):
    configured = tmp_path / "configured"
    (project.folder / "file").write_text("x")
    result = subprocess.run(
        [NIXLITE, "store", "add", "file"], cwd=project.folder, capture_output=True, text=True,
        env={**project.environment, "NIX_CONFIG": f"store = {configured}"},
    )
    assert result.returncode == 0, result.stderr
    assert (configured / result.stdout.strip().removeprefix("/")).read_text() == "x"


def test_the_log_of_a_failed_build_is_kept(project):
    project.write_models('bert = { source.url.urls = [ "file:///nowhere" ]; hash = lib.fakeHash; };')
    refusal(project, "build", ".#models.bert")
    assert "file '/nowhere' does not exist" in project.succeed("log", ".#models.bert.raw")
    derivation = project.succeed("eval", "--raw", ".#models.bert.raw.drvPath")
    assert "file '/nowhere' does not exist" in project.succeed("log", derivation)


def test_outputs_and_store_paths_are_installables(project):
    hash_value, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    derivation = project.succeed("eval", "--raw", ".#models.bert.drvPath")
    for installable in (".#models.bert^out", ".#models.bert^*", f"{derivation}^out", path, "./result"):
        assert project.succeed("build", installable, "--print-out-paths").strip() == path
    assert "does not have output 'dev'" in refusal(project, "build", ".#models.bert^dev")


def test_garbage_goes(project):
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    assert project.real(path).exists()
    (project.folder / "result").unlink()
    result = subprocess.run(
        [NIXLITE, "store", "gc", "--store", str(project.store)], env=project.environment, capture_output=True, text=True
    )
    assert "store paths deleted" in result.stdout, result.stderr
    assert not project.real(path).exists()


def test_a_project_without_models_says_so(project):
    project.write_models("")
    result = project.run("build")
    assert (result.returncode, result.stderr) == (0, "note: there is nothing to build: no models are declared\n")


def test_a_model_named_without_the_project(project):
    project.write_model("bert", "nixlite/tiny-bert")
    for name in ("bert", "models.bert"):
        message = refusal(project, "build", "--option", "flake-registry", "", name)
        assert f"hint: what the project here has is named with '.#', as in '.#{name}'" in message
    assert "hint" not in refusal(project, "build", "./bert")
