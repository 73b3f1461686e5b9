"""`nixlite copy`: binary caches that Nix wrote and reads."""

import binary_caches
import pytest
from binary_caches import CACHE, DERIVATION, FLAT, OUTPUT, REWRITTEN, TEXT, TREE, TREE_SHA1, TRUSTED
from workbench import Project, contents, real_nix

EVERYTHING = [f"/nix/store/{name}" for name in (TEXT, TREE, TREE_SHA1, FLAT, DERIVATION, OUTPUT, REWRITTEN)]


@pytest.fixture
def bare(tmp_path):
    """A project without a hub."""
    return Project(tmp_path / "work", "http://127.0.0.1:9")


@pytest.fixture
def filled(bare):
    """A project with all objects of the recorded cache in its store."""
    bare.succeed("copy", "--from", f"file://{CACHE}", *TRUSTED, *EVERYTHING)
    return bare


def test_a_copy_is_what_nix_wrote(filled, tmp_path):
    filled.verifies_clean()
    filled.succeed("copy", "--to", f"file://{tmp_path}/cache", *EVERYTHING)
    written, theirs = contents(tmp_path / "cache"), contents(CACHE)
    del theirs["test-1.pub"]
    assert written == theirs


def test_steps_are_told_once(filled, tmp_path):
    first = filled.run("copy", "--to", f"file://{tmp_path}/cache", f"/nix/store/{TREE}")
    assert first.stderr == f"copying 1 paths...\ncopying path '/nix/store/{TREE}' to 'file://{tmp_path}/cache'...\n"
    again = filled.run("copy", "--to", f"file://{tmp_path}/cache", f"/nix/store/{TREE}")
    assert (again.returncode, again.stderr) == (0, "")


def test_links_lead_to_objects(filled, tmp_path):
    (filled.folder / "result").symlink_to(filled.real(f"/nix/store/{TREE}"))
    filled.succeed("copy", "--to", f"file://{tmp_path}/cache", "./result")
    assert (tmp_path / "cache" / f"{TREE[:32]}.narinfo").exists()


@pytest.mark.parametrize("compression", ["none", "xz", "bzip2", "gzip", "zstd"])
def test_real_nix_takes_what_is_signed(compression, filled, tmp_path):
    nix = ("nix", "--extra-experimental-features", "nix-command")
    secret = tmp_path / "secret"
    secret.write_text(real_nix(*nix, "key", "generate-secret", "--key-name", "own-1").stdout)
    filled.succeed("copy", "--to", f"file://{tmp_path}/cache?compression={compression}&secret-key={secret}", f"/nix/store/{OUTPUT}")
    lines = (tmp_path / "cache" / f"{OUTPUT[:32]}.narinfo").read_text().splitlines()
    assert [line.split(":")[1] for line in lines if line.startswith("Sig")] == [" own-1", " test-1"]
    copied = real_nix(
        *nix, "copy", "--from", f"file://{tmp_path}/cache", "--to", str(tmp_path / "theirs"), "--option", "secret-key-files", str(secret),
        f"/nix/store/{OUTPUT}")  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    assert f"/nix/store/{OUTPUT}" in binary_caches.objects(tmp_path / "theirs")


def test_signatures_are_asked_for(bare):
    refused = bare.run("copy", "--from", f"file://{CACHE}", f"/nix/store/{OUTPUT}")
    assert refused.returncode == 1
    assert "lacks a signature by a trusted key" in refused.stderr
    bare.succeed("copy", "--from", f"file://{CACHE}", "--no-check-sigs", f"/nix/store/{OUTPUT}")


def test_into_a_named_store(bare, tmp_path):
    bare.succeed("copy", "--from", f"file://{CACHE}", "--to", str(tmp_path / "other"), f"/nix/store/{TEXT}")
    assert f"/nix/store/{TEXT}" in binary_caches.objects(tmp_path / "other")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nix/store/" + TEXT], "you must pass '--from' and/or '--to'"),
        (["--to", "file:///tmp/x?compression=foo", "/nix/store/" + TEXT], "option 'compression' has invalid value 'foo'"),
        (["--to", "file:///tmp/x?colour=red", "/nix/store/" + TEXT], "setting 'colour' of a binary cache is not supported"),
        (["--to", "https://127.0.0.1:1/", "/nix/store/" + TEXT], "don't know how to write to a binary cache with scheme 'https'"),
        (["--from", "file:///nowhere", "/nix/store/" + TEXT], "'file:///nowhere' does not appear to be a binary cache"),
        (["--from", f"file://{CACHE}", "/nix/store/" + "0" * 32 + "-x"], f"path '/nix/store/{'0' * 32}-x' is not valid"),
        (["--to", "file:///tmp/x", "/nix/store/" + "0" * 32 + "-x"], f"path '/nix/store/{'0' * 32}-x' is not valid"),
    ],
)
def test_errors(arguments, message, bare, tmp_path):
    result = bare.run("copy", *(argument.replace("/tmp/x", f"{tmp_path}/cache") for argument in arguments))
    assert result.returncode == 1
    assert message in result.stderr
