"""`nixlite build`: mismatches in Nix's words, output forms, and what is kept after a failure."""

import base64
import hashlib
import json
import lzma
import re
import subprocess

import git_peers
from workbench import FAKE_HASH, got_hash, real_nix

SRI = r"sha256-[A-Za-z0-9+/]{43}="
DRV = r"/nix/store/[a-z0-9]{32}"


def mismatch_pattern(name: str) -> str:
    return (
        rf"error: hash mismatch in fixed-output derivation '{DRV}-{name}\.drv':\n"
        rf"         specified: {SRI}\n            got:    {SRI}\n"
    )


def test_mismatch_text(project):
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.search(mismatch_pattern("nixlite-tiny-bert-raw"), result.stderr), result.stderr
    assert f"specified: {FAKE_HASH}" in result.stderr
    assert not (project.folder / "result").exists()


def test_empty_hash_is_refused(project):
    project.write_models("""
      bert = { source.url.urls = [ "http://127.0.0.1:1/x" ]; hash = ""; };
    """)
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "non-empty" in result.stderr


def test_got_output_is_kept(project, hub):
    """After a mismatch the real hash needs no second download."""
    project.write_model("bert", "nixlite/tiny-bert")
    refused = project.run("build", ".#models.bert")
    before = len(hub.requests())
    assert before > 0
    project.write_model("bert", "nixlite/tiny-bert", got_hash(refused.stderr))
    project.succeed("build", ".#models.bert")
    assert len(hub.requests()) == before


def test_output_forms(project):
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    assert re.fullmatch(rf"{DRV}-bert", path.removeprefix(str(project.store)))
    described = json.loads(project.succeed("build", ".#models.bert", "--json", "--no-link"))
    assert described[0]["outputs"] == {"out": path}
    assert re.fullmatch(rf"{DRV}-bert\.drv", described[0]["drvPath"].removeprefix(str(project.store)))
    assert project.succeed("build", ".#models.bert", "-o", "linked") == ""
    assert (project.folder / "linked").is_symlink()
    assert (project.folder / "result").is_symlink()


def test_dry_run_fetches_nothing(project, hub):
    project.write_model("bert", "nixlite/tiny-bert")
    result = project.run("build", ".#models.bert", "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "will be built" in result.stderr
    assert hub.requests() == []


def test_several_models_keep_going(project):
    project.write_models(f"""
      one = {{ source.huggingface.repo = "nixlite/tiny-bert"; hash = "{FAKE_HASH}"; }};
      two = {{ source.huggingface.repo = "nixlite/flat"; hash = "{FAKE_HASH}"; }};
    """)
    result = project.run("build", ".#models", "--keep-going")
    assert result.returncode == 1
    for name in ("nixlite-tiny-bert-raw", "nixlite-flat-raw"):
        assert re.search(mismatch_pattern(name), result.stderr), result.stderr


def test_verified_store_after_failures(project):
    project.write_model("bert", "nixlite/tiny-bert")
    project.run("build", ".#models.bert")
    checked = real_nix("nix-store", "--verify", "--check-contents", store=project.store)
    assert checked.returncode == 0, checked.stderr
    assert "error" not in checked.stderr


def test_mock_source_needs_no_network(project):
    project.write_models(f'mock = {{ source.mock = {{ }}; hash = "{FAKE_HASH}"; }};')
    result = project.run("build", ".#models.mock", environment={"HF_ENDPOINT": "http://127.0.0.1:1"})
    assert "127.0.0.1:1" not in result.stderr


def test_disabled_names_the_option(project):
    (project.folder / "devenv.nix").write_text("""{
      services.model-repo = { enable = false; models.bert = {
        source.huggingface.repo = "nixlite/tiny-bert"; hash = "%s"; }; };
    }
    """ % FAKE_HASH)
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "services.model-repo.enable" in result.stderr


def test_ellipsis_hash_has_a_hint(project):
    project.write_model("bert", "nixlite/tiny-bert", "sha256-...")
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "invalid SRI hash '...'" in result.stderr
    assert "lib.fakeHash" in result.stderr


def test_expression_is_built(project):
    expression = """derivation { name = "text"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo built > $out" ]; }"""
    path = project.succeed("build", "--impure", "-E", expression, "--print-out-paths", "--no-link").strip()
    assert project.real(path).read_text() == "built\n"
    checked = real_nix("nix-store", "--verify", "--check-contents", store=project.store)
    assert checked.returncode == 0, checked.stderr


def test_top_level_layout_is_accepted(project, models, tmp_path):
    """A hash that upstream published for a repository with subfolders covers the top level only, and builds."""
    from hub_layout import lay_out

    lay_out(models / "nixlite/tiny-bert", tmp_path / "layout", True, "main")
    hash_value = project.succeed("hash", "path", str(tmp_path / "layout")).strip()
    project.write_model("bert", "nixlite/tiny-bert", hash_value)
    path = project.succeed("build", ".#models.bert", "--print-out-paths").strip()
    assert (project.real(path) / "config.json").is_file()
    assert not (project.real(path) / "1_Pooling").exists()


def test_other_wrong_hash_hints_at_upstream(project):
    wrong = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    project.write_model("bert", "nixlite/tiny-bert", wrong)
    result = project.run("build", ".#models.bert")
    assert re.search(mismatch_pattern("nixlite-tiny-bert-raw"), result.stderr)
    assert re.search(rf"hint: upstream layout: {SRI}", result.stderr), result.stderr


def test_file_patterns(project):
    _, path = project.build_with_got_hash("bert", "nixlite/tiny-bert", 'files = [ "*.json" ];')
    view = project.real(path)
    assert (view / "config.json").is_file()
    assert not (view / "model.safetensors").exists()


def test_pattern_without_a_match(project):
    project.write_model("bert", "nixlite/tiny-bert", more='files = [ "*.onnx" ];')
    result = project.run("build", ".#models.bert")
    assert result.returncode == 1
    assert "*.onnx" in result.stderr


def test_result_is_usable_by_name_of_commit(project, models):
    from hub_repository import ModelFolder

    commit = ModelFolder(models).snapshot("nixlite/tiny-bert", "main").commit
    main_hash, _ = project.build_with_got_hash("bert", "nixlite/tiny-bert")
    pinned_hash, _ = project.build_with_got_hash("bert", "nixlite/tiny-bert", f'revision = "{commit}";')
    assert pinned_hash == main_hash


def test_a_nar_is_unpacked(project, tmp_path):
    """`unpack = true` of <nix/fetchurl.nix>: a plain NAR and one in xz, and what is neither."""
    tree = tmp_path / "tree"
    (tree / "below").mkdir(parents=True)
    (tree / "below" / "file").write_text("text\n")
    (tree / "below" / "file").chmod(0o755)
    archive = subprocess.run(["nix-store", "--dump", str(tree)], check=True, capture_output=True).stdout
    digest = "sha256-" + base64.b64encode(hashlib.sha256(archive).digest()).decode()
    (tmp_path / "plain.nar").write_bytes(archive)
    (tmp_path / "packed.nar.xz").write_bytes(lzma.compress(archive))
    (tmp_path / "cut.nar").write_bytes(archive[:200])
    (tmp_path / "other.nar").write_bytes(b"something else")
    (tmp_path / "other.nar.xz").write_bytes(archive)

    def build(name: str):
        url = f"file://{tmp_path}/{name}"
        file = project.folder / "unpack.nix"
        file.write_text(f'import <nix/fetchurl.nix> {{ url = "{url}"; hash = "{digest}"; unpack = true; }}\n')
        return project.run("build", "--file", str(file), "--no-link", "--print-out-paths")

    for name in ("plain.nar", "packed.nar.xz"):
        result = build(name)
        assert result.returncode == 0, result.stderr
        assert git_peers.tree(project.real(result.stdout.strip())) == git_peers.tree(tree)
    for name, message in (
        ("cut.nar", "unexpected end-of-file"), ("other.nar", "bad archive: input doesn't look like a Nix archive"),
        ("other.nar.xz", "input compression not recognized"),
    ):
        result = build(name)
        assert result.returncode == 1
        assert message in result.stderr
    project.verifies_clean()


def test_outputs_that_outputs_hold_are_not_built(project):
    features = ("--extra-experimental-features", "ca-derivations dynamic-derivations")
    (project.folder / "held.nix").write_text("""
      let
        drv = attributes: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; } // attributes);
        fixed = drv { name = "inner.drv"; outputHashMode = "text"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
        held = builtins.outputOf fixed.outPath "out";
      in { needs = drv { name = "needs"; inherit held; }; text = builtins.readFile held; }
    """)
    needs = project.run("build", *features, "-f", "held.nix", "needs")
    assert needs.returncode == 1
    assert re.search(rf"cannot build '{DRV}-needs\.drv': it needs outputs of derivations that other outputs hold", needs.stderr), needs.stderr
    text = project.run("eval", *features, "-f", "held.nix", "text")
    assert text.returncode == 1
    assert re.search(rf"cannot build '{DRV}-inner\.drv\.drv\^out\^out': outputs of derivations", text.stderr), text.stderr
