"""`builtins.fetchClosure` from binary caches: every answer as recorded from real Nix 2.34, and what caches cannot make us do."""

import hashlib
import json
import lzma
import subprocess

import binary_caches
import pytest
from binary_caches import CASES, DERIVATION, INPUT_ADDRESSED, LEAF, OUTPUT, REWRITTEN, TEXT, Cache, fetch, served
from workbench import NIXLITE, Project, real_nix


@pytest.mark.parametrize("name", CASES)
def test_answer(name, tmp_path):
    recorded = json.loads(binary_caches.RECORDED.read_text())[name]
    answer = binary_caches.answer(name, [NIXLITE], tmp_path)
    objects, theirs = answer.pop("objects"), recorded.pop("objects")
    assert answer == recorded
    if recorded["error"]:
        # All is checked before anything is fetched, so that less may have arrived.
        assert objects.items() <= theirs.items()
    else:
        assert objects == theirs
    checked = real_nix("nix-store", "--verify", "--check-contents", store=tmp_path / "store")
    assert checked.returncode == 0, checked.stderr


class Fetcher:
    """A spoiled copy of the cache behind a server, and a store."""

    def __init__(self, folder, server, cache):
        self.project, self.server, self.cache = Project(folder / "work", "http://127.0.0.1:9"), server, cache

    def evaluate(self, expression, *flags):
        return self.project.run(
            "eval", "--impure", "--extra-experimental-features", "fetch-closure", "--raw", *flags, "--expr",
            expression.replace("http://cache", self.server.address))  # fmt: skip

    def objects(self):
        return binary_caches.objects(self.project.store)

    def leftovers(self):
        """What lies in the store folder besides its objects."""
        folder = self.project.store / "nix/store"
        return {path.name for path in folder.iterdir()} - {".links"} - {path.removeprefix("/nix/store/") for path in self.objects()}


@pytest.fixture
def fetcher(tmp_path):
    cache = Cache(tmp_path)
    with served(cache.folder) as server:
        yield Fetcher(tmp_path, server, cache)


def refuse(fetcher, message, expression=fetch(TEXT), *flags):
    result = fetcher.evaluate(expression, *flags)
    assert result.returncode == 1, result.stderr
    assert message in result.stderr
    assert f"/nix/store/{TEXT}" not in fetcher.objects()
    assert fetcher.leftovers() == set()


def test_nothing_is_asked_twice(fetcher):
    assert fetcher.evaluate(fetch(TEXT)).stdout == f"/nix/store/{TEXT}"
    assert len(fetcher.server.asked) == len(set(fetcher.server.asked)) == 5
    assert fetcher.evaluate(fetch(TEXT)).stdout == f"/nix/store/{TEXT}"
    assert len(fetcher.server.asked) == 5


def test_steps_are_told(fetcher):
    lines = fetcher.evaluate(fetch(TEXT)).stderr.replace(fetcher.server.address, "http://cache").splitlines()
    assert lines[:-1] == [
        "copying 2 paths...",
        f"copying path '/nix/store/{LEAF}' from 'http://cache'...",
        f"copying path '/nix/store/{TEXT}' from 'http://cache'...",
    ]
    assert lines[-1].startswith("fetched 'ca-top': 2 files, 312 B ")
    lines = fetcher.evaluate(fetch(OUTPUT, f"toPath = /nix/store/{REWRITTEN};")).stderr.splitlines()
    assert lines[-2] == f"rewriting '/nix/store/{OUTPUT}' to '/nix/store/{REWRITTEN}'"


def test_passwords_do_not_stand_in_messages(fetcher):
    address = fetcher.server.address.replace("//", "//user:secret@")
    result = fetcher.evaluate(fetch(TEXT, url=address))
    assert result.returncode == 0, result.stderr
    assert "secret" not in result.stderr


def test_wrong_file_hash_is_refused(fetcher):
    fetcher.cache.set(LEAF, FileHash=binary_caches.OTHER_HASH)
    refuse(fetcher, f"specified: {binary_caches.OTHER_HASH}")


def test_wrong_file_size_is_refused(fetcher):
    fetcher.cache.set(LEAF, FileSize="3")
    refuse(fetcher, "larger than it may be")


@pytest.mark.parametrize("compression", ["br", "lrzip", "grzip", "lzop"])
def test_unknown_compression_is_refused(compression, fetcher):
    fetcher.cache.set(LEAF, Compression=compression)
    refuse(fetcher, f"compression '{compression}' is not supported by this version of nixlite")


def test_damaged_archive_is_refused(fetcher):
    data = fetcher.cache.archive(LEAF).read_bytes()
    fetcher.cache.set_archive(LEAF, data[:-20])
    refuse(fetcher, "cannot unpack")


def test_archive_larger_than_told_is_refused_early(fetcher):
    nar = fetcher.cache.nar(LEAF)
    large = nar[:88] + (1 << 30).to_bytes(8, "little") + bytes(1 << 24)
    fetcher.cache.set_archive(LEAF, lzma.compress(large, preset=0))
    refuse(fetcher, f"size mismatch importing path '/nix/store/{LEAF}'")


def test_file_without_size_is_bounded(fetcher):
    fetcher.cache.archive(LEAF).write_bytes(bytes(8 << 20))
    fetcher.cache.set(LEAF, FileHash=None, FileSize=None)
    refuse(fetcher, "larger than it may be")


def test_size_that_no_disk_has_is_refused(fetcher):
    fetcher.cache.set(LEAF, NarSize=str(2**64 - 1))
    refuse(fetcher, "no space left")


def test_address_of_the_content_must_be_its_own(fetcher):
    fetcher.cache.set(LEAF, CA="text:sha256:0ylhflabhdh3mck4wcpni6djq9mfbfbvpmxn46a75pzb3gm7ai5k")
    refuse(fetcher, "lacks a signature by a trusted key")


def test_circles_are_refused(fetcher):
    fetcher.cache.set(LEAF, References=TEXT)
    refuse(fetcher, "cycle detected in the references of")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "file:etc/passwd"])
def test_caches_cannot_name_files_of_this_machine(url, fetcher):
    fetcher.cache.set(LEAF, URL=url)
    refuse(fetcher, "error: ")


def test_self_reference_that_is_wrong_is_refused(fetcher):
    nar = fetcher.cache.nar(REWRITTEN).replace(REWRITTEN[:32].encode(), LEAF[:32].encode())
    digest = "sha256:" + hashlib.sha256(nar).hexdigest()
    fetcher.cache.set_archive(REWRITTEN, lzma.compress(nar), NarHash=digest)
    refuse(fetcher, f"ca hash mismatch importing path '/nix/store/{REWRITTEN}'", fetch(REWRITTEN))


def test_own_keys_are_trusted(fetcher, tmp_path):
    secret = tmp_path / "secret"
    written = real_nix("nix", "--extra-experimental-features", "nix-command", "key", "generate-secret", "--key-name", "own-1")
    secret.write_text(written.stdout)
    own = tmp_path / "own"
    copied = real_nix(
        "nix", "--extra-experimental-features", "nix-command", "copy", "--from", f"file://{fetcher.cache.folder}", "--no-check-sigs",
        "--to", f"file://{own}?secret-key={secret}", f"/nix/store/{OUTPUT}")  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    with served(own) as server:
        fetcher.server = server
        expression = fetch(OUTPUT, INPUT_ADDRESSED)
        assert "lacks a signature" in fetcher.evaluate(expression).stderr
        result = fetcher.evaluate(expression, "--option", "secret-key-files", str(secret))
        assert result.stdout == f"/nix/store/{OUTPUT}", result.stderr


def test_derivations_use_what_was_fetched(fetcher):
    (fetcher.project.folder / "default.nix").write_text(
        f"""derivation {{
  name = "user"; system = builtins.currentSystem; builder = "/bin/sh";
  args = [ "-c" "read -r line < ${{{fetch(TEXT).replace("http://cache", fetcher.server.address)}}}; echo \\"$line\\" > $out" ];
}}"""
    )
    result = fetcher.project.run("build", "-f", "default.nix", "--print-out-paths", "--extra-experimental-features", "fetch-closure")
    assert result.returncode == 0, result.stderr
    assert fetcher.project.real(result.stdout.strip()).read_text() == f"refers /nix/store/{LEAF}\n"
    assert fetcher.objects()[result.stdout.strip()]["references"] == [f"/nix/store/{LEAF}"]


def test_offline(fetcher):
    refuse(fetcher, "--offline forbids it", fetch(TEXT), "--offline")
    assert fetcher.server.asked == []


def test_two_at_once(fetcher):
    expression = fetch(DERIVATION).replace("http://cache", fetcher.server.address)
    commands = [
        subprocess.Popen(
            [NIXLITE, "eval", "--store", fetcher.project.store, "--impure", "--extra-experimental-features", "fetch-closure", "--raw",
             "--expr", expression],
            env=fetcher.project.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]  # fmt: skip
    for command in commands:
        output, errors = command.communicate(timeout=60)
        assert output == f"/nix/store/{DERIVATION}", errors
    assert len(fetcher.objects()) == 3
    assert fetcher.leftovers() == set()
