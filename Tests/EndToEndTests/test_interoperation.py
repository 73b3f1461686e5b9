"""nixlite and Debian's Nix on equal input and on one store."""

import pathlib

import pytest
from workbench import real_nix

DERIVATIONS = {
    "plain": 'derivation { name = "plain"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; }',
    "fixed": """derivation {
      name = "fixed"; system = "builtin"; builder = "builtin:fetchurl"; url = "http://localhost/x";
      outputHashMode = "recursive"; outputHashAlgo = "sha256";
      outputHash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    }""",
    "outputs": """derivation {
      name = "several"; system = "x86_64-linux"; builder = "b"; outputs = [ "out" "dev" ]; count = 3; yes = true;
    }""",
    "inputs": """let a = derivation { name = "a"; system = "s"; builder = "b"; };
      text = builtins.toFile "text" "refers to nothing";
    in derivation { name = "b"; system = "s"; builder = "b"; inherit text; uses = [ a ./source ]; recipe = a.drvPath; }""",
    "model": """derivation {
      name = "org-model-raw"; system = "builtin"; builder = "builtin:nixlite-model"; outputHashMode = "recursive";
      outputHashAlgo = "sha256"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    }""",
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_derivations_are_equal(project, tmp_path, name):
    source = project.folder / "default.nix"
    source.write_text(DERIVATIONS[name] + "\n")
    (project.folder / "source").write_text("a source file\n")
    ours = project.succeed("instantiate", str(source)).strip().removesuffix("!out")
    other = tmp_path / "other-store"
    theirs = real_nix("nix-instantiate", str(source), store=other)
    assert theirs.returncode == 0, theirs.stderr
    path = theirs.stdout.strip().removesuffix("!out")
    assert ours.removeprefix(str(project.store)) == path
    assert project.real(ours).read_bytes() == pathlib.Path(f"{other}{path}").read_bytes()
    output = real_nix("nix-store", "--query", "--outputs", path, store=other).stdout
    assert real_nix("nix-store", "--query", "--outputs", path, store=project.store).stdout == output


def make_tree(folder: pathlib.Path) -> None:
    (folder / "empty").mkdir(parents=True)
    (folder / "program").write_text("#!/bin/sh\n")
    (folder / "program").chmod(0o755)
    (folder / "data").write_bytes(bytes(range(256)) * 41)
    (folder / "link").symlink_to("../elsewhere")
    (folder / "é").write_text("name in UTF-8\n")
    (folder / "Upper").write_text("")


def test_hash_path(project, tmp_path):
    make_tree(tmp_path / "tree")
    hexadecimal = real_nix("nix-hash", "--type", "sha256", str(tmp_path / "tree")).stdout.strip()
    ours = project.succeed("hash", "path", str(tmp_path / "tree")).strip()
    converted = real_nix("nix-hash", "--type", "sha256", "--to-base16", ours.removeprefix("sha256-"))
    sri = real_nix("nix", "--extra-experimental-features", "nix-command", "hash", "path", str(tmp_path / "tree"))
    assert ours == sri.stdout.strip(), (hexadecimal, converted.stderr)


def test_real_nix_takes_the_model(project, tmp_path):
    """Real Nix copies a model that nixlite built into a store of its own, and verifies it there."""
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    logical = path.removeprefix(str(project.store))
    exported = real_nix(
        "nix", "--extra-experimental-features", "nix-command", "copy", "--no-check-sigs", "--from", str(project.store),
        "--to", str(tmp_path / "copy"), logical,
    )
    assert exported.returncode == 0, exported.stderr
    checked = real_nix("nix-store", "--verify", "--check-contents", store=tmp_path / "copy")
    assert checked.returncode == 0, checked.stderr
    assert (pathlib.Path(f"{tmp_path / 'copy'}{logical}") / "config.json").is_file()


def test_collector_of_real_nix_keeps_roots(project):
    """A `result` link keeps view and raw alive; without it both go.

    In a store whose files lie elsewhere than its paths say, Nix does not know such a link: nixlite keeps a root beside it, and
    removes that one the next time it looks at the roots.
    """
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    view = project.real(path)
    assert (project.folder / "result").is_symlink()
    collected = real_nix("nix-store", "--gc", store=project.store)
    assert collected.returncode == 0, collected.stderr
    assert (view / "config.json").is_file()
    (project.folder / "result").unlink()
    project.succeed("store", "verify")
    collected = real_nix("nix-store", "--gc", store=project.store)
    assert collected.returncode == 0, collected.stderr
    assert not view.exists()
    assert not list((project.store / "nix/store").glob("*-raw"))
