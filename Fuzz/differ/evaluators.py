"""The two programs: what each says about a file."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "corpus/differential/found/files"
TIMEOUT_SECONDS = 20


@dataclasses.dataclass(frozen=True)
class Answer:
    """Status and both outputs. A negative status is a signal; `None` stands for the time limit."""

    status: int | None
    output: bytes
    errors: bytes

    @property
    def crashed(self) -> bool:
        return self.status is None or self.status < 0 or self.status >= 128


def reference_program() -> str:
    folder = os.environ.get("REFERENCE_NIX")
    if not folder:
        sys.exit("error: REFERENCE_NIX must name the folder of a real Nix's programs")
    for name in ("nix-instantiate", "ref-nix-instantiate"):
        program = os.path.join(folder, name)
        if os.access(program, os.X_OK):
            return program
    sys.exit(f"error: no nix-instantiate in '{folder}'")


def own_program() -> str:
    return os.environ.get("NIXLITE_BINARY", str(ROOT / ".build/release/nixlite"))


class Evaluators:
    """Both programs in one folder, where the expressions' files lie too."""

    def __init__(self) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="differential-")
        self.folder = pathlib.Path(self.scratch.name) / "pwd"
        self.folder.mkdir()
        shutil.copytree(FILES, self.folder / "files", symlinks=True)
        self.home = pathlib.Path(self.scratch.name) / "home"
        self.home.mkdir()
        self.store = str(pathlib.Path(self.scratch.name) / "store")
        self.reference = [reference_program()]
        self.own = [own_program(), "instantiate"]

    def ask(self, program: list[str], store: str, flags: tuple[str, ...], content: bytes) -> Answer:
        (self.folder / "in.nix").write_bytes(content)
        mode = [flag for flag in flags if flag not in ("parse", "lazy")]
        if "parse" in flags:
            command = [*program, "--parse"]
        else:
            command = [*program, "--eval", *([] if "lazy" in flags else ["--strict"])]
        return self.run([*command, "--store", store, "--option", "allow-import-from-derivation", "false", *mode, "in.nix"])

    def run(self, command: list[str]) -> Answer:
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=no_core_files,
        ) as process:
            try:
                output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
                status: int | None = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                output, errors = process.communicate()
                status = None
        return Answer(status, output, errors)

    def both(self, flags: tuple[str, ...], content: bytes) -> tuple[Answer, Answer]:
        return self.ask(self.reference, "dummy://", flags, content), self.ask(self.own, self.store, flags, content)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.home),
            "LC_ALL": "C",
            "NIX_PATH": "",
            "NIX_CONFIG": "experimental-features =",
            "SWIFT_BACKTRACE": "enable=no",
        }


def no_core_files() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
