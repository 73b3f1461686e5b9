"""What the end-to-end tests work with: the built program, a hub, and projects with stores of their own."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "Tests" / "Support"
sys.path.insert(0, str(SUPPORT))

NIXLITE = os.environ.get("NIXLITE_BINARY", str(ROOT / ".build/release/nixlite"))
FAKE_HASH = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
TIMEOUT_SECONDS = 300


class Peer:
    """A running program of Tests/Support, which says in its first line where it is."""

    def __init__(self, script: str, *arguments: str, log: pathlib.Path | None = None, **options):
        self.log = log
        command = [sys.executable, "-W", "ignore", str(SUPPORT / script), *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        self.greeting = self.process.stdout.readline().strip()

    def requests(self) -> list[dict]:
        """What it was asked so far, by its log."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def stop(self) -> None:
        """Ends it: by the end of its input, where it has one."""
        if self.process.stdin:
            self.process.stdin.close()
        else:
            self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def starting(make):
    """A function that makes servers with `make`, which is given their number first; in the end they are stopped."""
    started = []

    def start(*arguments):
        started.append(make(len(started), *arguments))
        return started[-1]

    try:
        yield start
    finally:
        for server in started:
            server.stop()


class Hub(Peer):
    """A running hub."""

    def __init__(self, models: pathlib.Path, log: pathlib.Path, *flags: str):
        super().__init__("hub.py", str(models), "--log", str(log), *flags, log=log)
        self.address = self.greeting

    def requests(self, server: str | None = None) -> list[dict]:
        return [entry for entry in super().requests() if server in (None, entry["server"])]


class Project:
    """A folder with a devenv.nix, a home and a store of its own."""

    def __init__(self, folder: pathlib.Path, hub_address: str):
        self.folder = folder / "project"
        self.store = folder / "store"
        self.home = folder / "home"
        for path in (self.folder, self.home):
            path.mkdir(parents=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            # What is built in tests is built here.
            "NIX_CONFIG": "substituters =",
            "HF_ENDPOINT": hub_address,
        }

    def write_models(self, models: str, more: str = "") -> None:
        """A devenv.nix with these attributes of `services.model-repo.models`."""
        text = f"{{ pkgs, lib, ... }}:\n{{\n  services.model-repo = {{ enable = true; models = {{\n{models}\n  }}; }};\n{more}}}\n"
        (self.folder / "devenv.nix").write_text(text)

    def write_model(self, name: str, repository: str, hash_value: str = FAKE_HASH, more: str = "") -> None:
        self.write_models(
            f'    {name} = {{ source.huggingface = {{ repo = "{repository}"; {more} }}; hash = "{hash_value}"; }};'
        )

    def command(self, name: str, *arguments: str) -> list[str]:
        """A command line with this project's store."""
        return [NIXLITE, name, "--store", str(self.store), *arguments]

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        """Begins a command that is still running when this returns."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def succeed(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        result = self.run(*arguments, environment=environment)
        assert result.returncode == 0, f"{arguments} exits {result.returncode}:\n{result.stderr}"
        return result.stdout

    def build_with_got_hash(self, name: str, repository: str, more: str = "") -> tuple[str, str]:
        """Builds once against a fake hash and once against the one that was got; the hash and the output path."""
        self.write_model(name, repository, more=more)
        refused = self.run("build", f".#models.{name}")
        assert refused.returncode == 1, refused.stderr
        hash_value = got_hash(refused.stderr)
        self.write_model(name, repository, hash_value, more)
        return hash_value, self.succeed("build", f".#models.{name}", "--print-out-paths").strip()

    def real(self, path: str) -> pathlib.Path:
        """Where a store path of this project's store lies."""
        return pathlib.Path(path if path.startswith(str(self.store)) else f"{self.store}{path}")

    @property
    def partials(self) -> pathlib.Path:
        """The folder of unfinished downloads."""
        return self.store / "nix/var/nix/nixlite/partials"

    def recorded_bytes(self) -> int:
        """What the records of unfinished downloads count as there."""
        texts = (path.read_text() for path in self.partials.glob("*.part.json"))
        return sum(end - start for text in texts if text.strip() for start, end in json.loads(text)["written"])

    def await_recorded(self, count: int, build: subprocess.Popen) -> None:
        """Waits until so many bytes of a running build are recorded."""
        deadline = time.monotonic() + 60
        while self.recorded_bytes() < count:
            assert time.monotonic() < deadline and build.poll() is None
            time.sleep(0.05)

    def verifies_clean(self) -> None:
        """Real Nix finds nothing wrong with the store."""
        checked = real_nix("nix-store", "--verify", "--check-contents", store=self.store)
        assert checked.returncode == 0, checked.stderr
        assert "error" not in checked.stderr and "modified" not in checked.stderr

    def development_environment(self) -> dict[str, str]:
        """The variables that `nixlite print-dev-env` sets in a shell that has none but PATH and HOME."""
        script = self.succeed("print-dev-env")
        result = subprocess.run(
            ["bash", "--norc", "-c", 'eval "$1" >&2; env -0', "bash", script],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert result.returncode == 0, result.stderr
        return dict(entry.split("=", 1) for entry in result.stdout.split("\0") if entry)


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    """The contents of a tree's files by their paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def got_hash(error_output: str) -> str:
    found = re.search(r"^ +got: +(sha256-\S+)$", error_output, re.MULTILINE)
    assert found, error_output
    return found[1]


def real_nix(program: str, *arguments: str, store: pathlib.Path | None = None) -> subprocess.CompletedProcess:
    """Debian's Nix, on a store where one is given."""
    return subprocess.run(
        [program, *(["--store", str(store)] if store else []), *arguments],
        env={**os.environ, "NIX_CONFIG": "build-users-group =\nsubstituters =\nsandbox = false"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
