"""A binary cache that real Nix wrote, ways to spoil it, and expressions that fetch from it.

`caches/` holds what `nix copy --to file://…` of Nix 2.34 made of a text, a text that refers to it, a tree by SHA-256 and by
SHA-1, a flat file, two derivations that refer to each other, their outputs (all signed by `test-1.pub`), and what rewriting
the outputs to content-addressed form gave (unsigned). `record_programs.py` writes what a real Nix answers to
`programs/closures.json`.
"""

import base64
import bz2
import contextlib
import gzip
import hashlib
import http.server
import json
import lzma
import os
import pathlib
import shutil
import sqlite3
import subprocess
import threading

from programs import FOLDER, TIMEOUT_SECONDS

CACHE = FOLDER.parent / "caches"
RECORDED = FOLDER / "closures.json"
KEY = (CACHE / "test-1.pub").read_text()
DEFAULT_KEY = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="

LEAF = "sddp6ahf1xpmza9yn9wf83yr1fcihh3m-leaf"
TEXT = "l2h1z2ra6ah75haxi8pfskgdfmc1fkc0-ca-top"
TREE = "2cpa05j666hail9s25jhmdkhnxh6jk3j-tree"
TREE_SHA1 = "ccxj0kq19kbcf093qdnkndzbixj93b0p-tree"
FLAT = "i0912i57lkh5r6k9mk0a3n2sr4ka9cq0-flatfile"
OUTPUT_LEAF = "g142b3xvsp3jxqhrsv4vhlpk9zhrv4a1-ia-leaf"
OUTPUT = "zvf61nz1dq7wdilqcgkpmxjv9i1rgqcs-ia-top"
DERIVATION = "6q86wbap514qvi0q3d9n6r35ls1a9kwl-ia-top.drv"
REWRITTEN = "dwy7ag8ryhwr74pac8ixv10d15n14sad-ia-top"
OTHER_HASH = "sha256:1a3a0zc0zqb9xwi2bvisfp0y9xp9ghr0kbzimgny8xxyds8gygqs"

# The leaf's archive as Nix packs it with zstd.
ZSTD_LEAF = base64.b64decode("KLUv/QRYtQIAcoQPGHBV0wEEGruKfqQRaZ/+/1/y7Kv2eH1GKf9/kq95LFh2AWVrNkdN7JBFTN3Df59ALowc/EoqYDXKYXqrbQQJAFsggGY+YCAwEBgIDAwGBkYYQBuHyLaC")


class Cache:
    """A copy of the cache in `folder`, to be spoiled."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder / "cache"
        shutil.copytree(CACHE, self.folder)

    def info(self, path: str) -> pathlib.Path:
        return self.folder / f"{path[:32]}.narinfo"

    def fields(self, path: str) -> list[str]:
        return self.info(path).read_text().splitlines()

    def archive(self, path: str) -> pathlib.Path:
        return self.folder / next(line[5:] for line in self.fields(path) if line.startswith("URL: "))

    def set(self, path: str, **fields: str | None) -> None:
        """Changes fields, or removes those that become None."""
        lines = [line for line in self.fields(path) if line.split(":")[0] not in fields]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        self.info(path).write_text("\n".join(lines) + "\n")

    def set_archive(self, path: str, data: bytes, **fields: str) -> None:
        """Other bytes under the same name, with their hash and size."""
        self.archive(path).write_bytes(data)
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.set(path, FileHash=digest, FileSize=str(len(data)), **fields)

    def nar(self, path: str) -> bytes:
        return lzma.decompress(self.archive(path).read_bytes())

    def unsign(self) -> None:
        for info in self.folder.glob("*.narinfo"):
            lines = [line for line in info.read_text().splitlines() if not line.startswith("Sig:")]
            info.write_text("\n".join(lines) + "\n")


def fetch(path: str, more: str = "", url: str = "http://cache") -> str:
    return f'builtins.fetchClosure {{ fromStore = "{url}"; fromPath = /nix/store/{path}; {more} }}'


INPUT_ADDRESSED = "inputAddressed = true;"
TRUSTED = ["--option", "trusted-public-keys", f"{DEFAULT_KEY} {KEY}"]


def swap_archives(cache: Cache) -> None:
    """The leaf's archive is another, whole and right but for the path."""
    fields = dict(line.split(": ", 1) for line in cache.fields(TEXT))
    names = ("URL", "FileHash", "FileSize", "NarHash", "NarSize")
    cache.set(LEAF, **{name: fields[name] for name in names})


# A name, what is done to the cache, the expression, and further flags.
CASES = {
    "text": (None, fetch(TEXT), []),
    "context": (None, f"builtins.getContext ({fetch(TEXT)})", []),
    "string path": (None, fetch(TEXT).replace("/nix/store/" + TEXT, f'"/nix/store/{TEXT}"'), []),
    "final slash": (None, fetch(TEXT, url="http://cache/"), []),
    "empty query": (None, fetch(TEXT, url="http://cache?"), []),
    "fragment": (None, fetch(TEXT, url="http://cache#x"), []),
    "tree": (None, fetch(TREE), []),
    "tree by SHA-1": (None, fetch(TREE_SHA1), []),
    "flat file": (None, fetch(FLAT), []),
    "derivation": (None, fetch(DERIVATION), []),
    "mentions itself": (None, fetch(REWRITTEN), []),
    "signed": (None, fetch(OUTPUT, INPUT_ADDRESSED), TRUSTED),
    "extra key": (None, fetch(OUTPUT, INPUT_ADDRESSED), ["--option", "extra-trusted-public-keys", KEY]),
    "unknown key": (None, fetch(OUTPUT, INPUT_ADDRESSED), []),
    "unsigned": (Cache.unsign, fetch(OUTPUT, INPUT_ADDRESSED), TRUSTED),
    "unsigned but content-addressed": (Cache.unsign, fetch(TEXT), []),
    "no signatures required": (Cache.unsign, fetch(OUTPUT, INPUT_ADDRESSED), ["--option", "require-sigs", "false"]),
    "corrupt key": (None, fetch(OUTPUT, INPUT_ADDRESSED), ["--option", "trusted-public-keys", "nonsense"]),
    "input-addressed without saying so": (None, fetch(OUTPUT), TRUSTED),
    "said to be input-addressed": (None, fetch(TEXT, INPUT_ADDRESSED), []),
    "rewrite": (None, fetch(OUTPUT, f"toPath = /nix/store/{REWRITTEN};"), []),
    "rewrite to nowhere": (None, fetch(OUTPUT, 'toPath = "";'), []),
    "rewrite to another path": (None, fetch(OUTPUT, f"toPath = /nix/store/{TEXT};"), []),
    "rewrite a tree": (None, fetch(TREE_SHA1, f"toPath = /nix/store/{TREE};"), []),
    "rewrite to what is there": (
        None,
        f"builtins.seq ({fetch(OUTPUT, INPUT_ADDRESSED)}) ({fetch(OUTPUT, f'toPath = /nix/store/{OUTPUT};')})",
        TRUSTED,
    ),
    "missing": (None, fetch("0" * 32 + "-missing"), []),
    "missing to be rewritten": (None, fetch("0" * 32 + "-missing", 'toPath = "";'), []),
    "other name": (None, fetch(LEAF[:32] + "-other"), []),
    "missing reference": (lambda cache: cache.info(LEAF).unlink(), fetch(TEXT), []),
    "no cache": (lambda cache: (cache.folder / "nix-cache-info").unlink(), fetch(TEXT), []),
    "other store": (lambda cache: (cache.folder / "nix-cache-info").write_text("StoreDir: /other/store\n"), fetch(TEXT), []),
    "silent cache": (lambda cache: (cache.folder / "nix-cache-info").write_text("nonsense\n"), fetch(TEXT), []),
    "wrong NarHash": (lambda cache: cache.set(LEAF, NarHash=OTHER_HASH), fetch(TEXT), []),
    "NarSize too small": (lambda cache: cache.set(LEAF, NarSize="127"), fetch(TEXT), []),
    "NarSize too large": (lambda cache: cache.set(LEAF, NarSize="129"), fetch(TEXT), []),
    "no archive": (lambda cache: cache.set(LEAF, URL="nar/none.nar.xz"), fetch(TEXT), []),
    "no file hash": (lambda cache: cache.set(LEAF, FileHash=None, FileSize=None), fetch(TEXT), []),
    "archive of something else": (swap_archives, fetch(TEXT), []),
    "path of something else": (lambda cache: cache.set(LEAF, StorePath=f"/nix/store/{TEXT}"), fetch(TEXT), []),
    "path of another name": (lambda cache: cache.set(LEAF, StorePath=f"/nix/store/{LEAF}x"), fetch(TEXT), []),
    "bad reference": (lambda cache: cache.set(LEAF, References="junk"), fetch(TEXT), []),
    "reference outside the store": (lambda cache: cache.set(LEAF, References="../../etc/passwd"), fetch(TEXT), []),
    "no StorePath": (lambda cache: cache.set(LEAF, StorePath=None), fetch(TEXT), []),
    "no NarSize": (lambda cache: cache.set(LEAF, NarSize=None), fetch(TEXT), []),
    "empty narinfo": (lambda cache: cache.info(LEAF).write_text(""), fetch(TEXT), []),
    "binary narinfo": (lambda cache: cache.info(LEAF).write_bytes(bytes(range(256))), fetch(TEXT), []),
    "absolute URL": (lambda cache: cache.set(LEAF, URL=f"http://cache/{cache.archive(LEAF).relative_to(cache.folder)}"), fetch(TEXT), []),
    "signed lie": (lambda cache: cache.set_archive(OUTPUT, cache.archive(OUTPUT_LEAF).read_bytes()), fetch(OUTPUT, INPUT_ADDRESSED), TRUSTED),
    "lie about references": (lambda cache: cache.set(OUTPUT, References=""), fetch(OUTPUT, INPUT_ADDRESSED), TRUSTED),
    "lie about own reference": (lambda cache: cache.set(REWRITTEN, References="mvzz8wrwq3wyhrvrwc2bdnbk8gap5kn0-ia-leaf"), fetch(REWRITTEN), []),
    "bytes after the archive": (lambda cache: cache.set_archive(LEAF, lzma.compress(cache.nar(LEAF) + b"more")), fetch(TEXT), []),
    "no compression": (lambda cache: cache.set_archive(LEAF, cache.nar(LEAF), Compression="none"), fetch(TEXT), []),
    "bzip2": (lambda cache: cache.set_archive(LEAF, bz2.compress(cache.nar(LEAF)), Compression="bzip2"), fetch(TEXT), []),
    "gzip": (lambda cache: cache.set_archive(LEAF, gzip.compress(cache.nar(LEAF)), Compression="gzip"), fetch(TEXT), []),
    "lzma": (lambda cache: cache.set_archive(LEAF, lzma.compress(cache.nar(LEAF), lzma.FORMAT_ALONE), Compression="lzma"), fetch(TEXT), []),
    "zstd": (lambda cache: cache.set_archive(LEAF, ZSTD_LEAF, Compression="zstd"), fetch(TEXT), []),
    "other compression": (lambda cache: cache.set(LEAF, Compression="gzip"), fetch(TEXT), []),
    "plain bytes as compressed": (lambda cache: cache.set_archive(LEAF, cache.nar(LEAF)), fetch(TEXT), []),
    "restricted": (None, fetch(TEXT), ["--option", "restrict-eval", "true"]),
    "closure may be read": (None, f"builtins.seq ({fetch(TEXT)}) (builtins.readFile (/nix/store + \"/{LEAF}\"))", ["--pure-eval"]),
}


@contextlib.contextmanager
def served(folder: pathlib.Path):
    """A server of a folder; what it was asked for is in `server.asked`."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *arguments):
            self.server.asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


def objects(store: pathlib.Path) -> dict[str, dict]:
    """What the database of a store tells of its objects, but for the time."""
    file = store / "nix/var/nix/db/db.sqlite"
    if not file.exists():
        return {}
    connection = sqlite3.connect(file)
    result = {}
    for key, path, *fields in connection.execute("select id, path, hash, deriver, narSize, ultimate, sigs, ca from ValidPaths order by path"):
        references = connection.execute("select path from Refs join ValidPaths on id = reference where referrer = ? order by path", [key])
        outputs = connection.execute("select id, path from DerivationOutputs where drv = ? order by id", [key])
        result[path] = {
            **{name: value for name, value in zip(("hash", "deriver", "narSize", "ultimate", "sigs", "ca"), fields) if value},
            "references": [row[0] for row in references],
            "outputs": dict(outputs.fetchall()),
        }
    connection.close()
    return result


def answer(name: str, command: list[str], work: pathlib.Path) -> dict:
    """The value as JSON or the message, and what is in the store afterwards; `command` begins an evaluation."""
    spoil, expression, flags = CASES[name]
    cache = Cache(work)
    with served(cache.folder) as server:
        if spoil:
            spoil(cache)
        for info in cache.folder.glob("*.narinfo"):
            info.write_bytes(info.read_bytes().replace(b"http://cache", server.address.encode()))
        purity = [] if "--pure-eval" in flags else ["--impure"]
        result = subprocess.run(
            [*command, "eval", *purity, "--extra-experimental-features", "nix-command fetch-closure", "--store", work / "store", "--json", *flags,
             "--expr", expression.replace("http://cache", server.address)],
            env={"PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
        )
    error = ""
    if result.returncode:
        error = ("\n" + result.stderr.replace(server.address, "http://cache")).rsplit("error: ", 1)[-1].rstrip()
    return {"value": result.stdout.strip(), "error": error, "objects": objects(work / "store")}
