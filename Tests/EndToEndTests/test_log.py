"""`nixlite log` and `nix-store --read-log`, with the words of real Nix 2.34."""

import bz2
import pathlib
import subprocess

import pytest
from workbench import NIXLITE, TIMEOUT_SECONDS

FILE = """let make = name: script: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; }; in
{ ok = make "ok" "echo said; echo > $out"; failing = make "failing" "echo failed; exit 3"; silent = make "silent" "echo > $out"; number = 1; }
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "file.nix").write_text(FILE)

    def run(*arguments, program="nixlite"):
        link = tmp_path / program
        if not link.is_symlink():
            link.symlink_to(NIXLITE)
        return subprocess.run(
            [link, *arguments, "--store", tmp_path / "store"], cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS,
        )

    return run


def path(run, name, attribute="drvPath"):
    return run("eval", "--raw", "--file", "file.nix", f"{name}.{attribute}").stdout.strip()


def test_installables_and_paths(run):
    assert run("build", "--no-link", "--file", "file.nix", "ok", "silent").returncode == 0
    assert run("build", "--no-link", "--file", "file.nix", "failing").returncode == 1
    for arguments, name, text in (
        (["--file", "file.nix", "ok"], "ok", "said\n"),
        (["--file", "file.nix", "failing"], "failing", "failed\n"),
        (["--file", "file.nix", "silent"], "silent", ""),
        ([path(run, "ok")], path(run, "ok"), "said\n"),
        ([path(run, "ok", "outPath")], path(run, "ok", "outPath"), "said\n"),
    ):
        result = run("log", *arguments)
        assert (result.returncode, result.stdout) == (0, text), result.stderr
        assert result.stderr == f"got build log for '{name}' from 'local'\n"
    both = run("--read-log", path(run, "ok"), path(run, "failing"), program="nix-store")
    assert (both.returncode, both.stdout, both.stderr) == (0, "said\nfailed\n", "")


def test_failures(run):
    for arguments, message in (
        (["--file", "file.nix", "ok"], "build log of 'ok' is not available"),
        ([path(run, "ok")], f"build log of '{path(run, 'ok')}' is not available"),
        (["--file", "file.nix", "number"], "expression does not evaluate to a derivation (or a set or list of those)"),
        (["--file", "file.nix", "ok", "ok"], "unexpected argument 'ok'"),
    ):
        result = run("log", *arguments)
        assert (result.returncode, result.stdout) == (1, "")
        assert f"error: {message}\n" in result.stderr


def test_a_compressed_log_is_read(run, tmp_path):
    """Nix compresses the logs that it writes."""
    assert run("build", "--no-link", "--file", "file.nix", "ok").returncode == 0
    name = pathlib.Path(path(run, "ok")).name
    log = next((tmp_path / "store").rglob(f"log/nix/drvs/{name[:2]}/{name[2:]}"))
    log.with_name(log.name + ".bz2").write_bytes(bz2.compress(b"compressed\n" * 100_000))
    log.unlink()
    assert run("log", "--file", "file.nix", "ok").stdout == "compressed\n" * 100_000
    log.with_name(log.name + ".bz2").write_bytes(b"BZh91AY&SY broken")
    assert run("log", "--file", "file.nix", "ok").returncode == 1


def test_no_log_is_kept_where_none_is_wanted(run):
    assert run("build", "--no-link", "--option", "keep-build-log", "false", "--file", "file.nix", "ok").returncode == 0
    assert run("log", "--file", "file.nix", "ok").stderr == "error: build log of 'ok' is not available\n"
