"""`fetchMercurial` and Mercurial inputs: local repositories as recorded from real Nix 2.34, a real server, hostile names."""

import json
import os
import socket
import subprocess
import time

import git_trees
import mercurial_trees
import pytest
from workbench import NIXLITE, TIMEOUT_SECONDS


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repositories")
    mercurial_trees.make(folder)
    return folder


@pytest.fixture(scope="session")
def server(repositories):
    """The address of `hg serve` with the repository `main`."""
    command = ["hg", "serve", "-R", repositories / "main", "--address", "127.0.0.1", "--port", "0", "--print-url"]
    process = subprocess.Popen(
        command, env={"PATH": os.environ["PATH"], "HGRCPATH": "", "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait()
    process.stdout.close()


def run(tmp_path, expression, *arguments, **variables):
    return subprocess.run(
        [NIXLITE, "eval", "--impure", "--json", "--store", tmp_path / "store", "--extra-experimental-features", "fetch-tree",
         *arguments, "--expr", expression],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **variables},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )


@pytest.mark.parametrize("expression", mercurial_trees.EXPRESSIONS)
def test_fetch(expression, repositories, tmp_path):
    recorded = json.loads(mercurial_trees.RECORDED.read_text())
    assert git_trees.answer(expression, [NIXLITE], repositories, tmp_path) == recorded[expression]


def test_a_server_gives_what_the_folder_gives(repositories, server, tmp_path):
    local = run(tmp_path, f'builtins.fetchMercurial "{repositories}/main"')
    assert local.returncode == 0, local.stderr
    for expression in (
        f'builtins.fetchMercurial "{server}"',
        f'builtins.fetchMercurial {{ url = "{server}"; rev = "default"; }}',
    ):
        remote = run(tmp_path, expression)
        assert remote.returncode == 0, remote.stderr
        assert json.loads(remote.stdout) == json.loads(local.stdout)
    tree = run(tmp_path, f'(builtins.fetchTree "hg+{server}?ref=feature/x").rev')
    assert tree.stdout == run(tmp_path, f'(builtins.fetchTree "hg+file://{repositories}/main?ref=feature/x").rev').stdout


def test_offline_only_folders_are_read(repositories, server, tmp_path):
    assert run(tmp_path, f'builtins.fetchMercurial "{repositories}/main"', "--offline").returncode == 0
    refused = run(tmp_path, f'builtins.fetchMercurial "{server}"', "--offline")
    assert f"error: cannot fetch '{server}': --offline forbids it" in refused.stderr


@pytest.mark.parametrize("url", ["{0}/main", "https://example.org/r"])
def test_without_hg(url, repositories, tmp_path):
    result = run(tmp_path, f'builtins.fetchMercurial "{url.format(repositories)}"', PATH="/nowhere")
    assert result.returncode == 1
    # A folder without changes has to be asked for, too.
    assert 'error: executing "hg": No such file or directory' in result.stderr
    assert "error: hg failed with exit code 1" in result.stderr


def test_several_commits_are_an_error(repositories, tmp_path):
    """Nix crashes."""
    result = run(tmp_path, f'builtins.fetchMercurial {{ url = "{repositories}/main"; rev = "0..2"; }}')
    assert result.returncode == 1
    assert "'0..2' names 3 commits of the Mercurial repository, where one is needed" in result.stderr


@pytest.mark.parametrize("option", ["allow-dirty", "warn-dirty"])
def test_settings_for_changed_trees(option, repositories, tmp_path):
    result = run(tmp_path, f'(builtins.fetchMercurial "{repositories}/dirty").rev', "--option", option, "false")
    words = f"Mercurial tree '\"{repositories}/dirty\"' is unclean"
    if option == "allow-dirty":
        assert result.returncode == 1 and f"error: {words}" in result.stderr
    else:
        assert result.stdout == f'"{"0" * 40}"\n' and words not in result.stderr


def test_a_repository_has_no_say(repositories, tmp_path):
    """Extensions and hooks that a local repository names are not run."""
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", repositories / "main", copy], check=True)
    mark = tmp_path / "mark"
    (tmp_path / "evil.py").write_text(f"open({str(mark)!r}, 'w')\n")
    (copy / ".hg" / "hgrc").write_text(
        f"[extensions]\nevil = {tmp_path}/evil.py\n[hooks]\npre-status = touch {mark}\npre-archive = touch {mark}\n"
    )
    result = run(tmp_path, f'(builtins.fetchMercurial "{copy}").branch')
    assert result.stdout == '"default"\n', result.stderr
    assert not mark.exists()


def test_an_interrupt_ends_hg(tmp_path):
    """A server that does not answer is left at once."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = subprocess.Popen(
            [NIXLITE, "eval", "--impure", "--store", tmp_path / "store", "--expr",
             f'builtins.fetchMercurial "http://127.0.0.1:{silent.getsockname()[1]}/r"'],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = silent.accept()
        process.send_signal(2)
        errors = process.communicate(timeout=TIMEOUT_SECONDS)[1]
        assert process.returncode == 130, errors
        # hg is gone, and with it its end of the connection.
        connection.settimeout(TIMEOUT_SECONDS)
        while connection.recv(65536):
            time.sleep(0.01)
