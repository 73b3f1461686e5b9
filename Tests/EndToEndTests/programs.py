"""Command lines of Nix's older programs and inputs of its repl, and what real Nix answers to them.

Cases are in `programs/`: a command a line in `*.cases`, an input of the repl in `repl/*.in`. `record_programs.py` writes what a
real Nix answers beside them.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent / "programs"
STORE_NAME = "store"
TIMEOUT_SECONDS = 120


def case_files() -> list[pathlib.Path]:
    return sorted(FOLDER.glob("*.cases"))


def commands(file: pathlib.Path) -> list[str]:
    return file.read_text().splitlines()


def recorded(file: pathlib.Path) -> dict[str, dict]:
    return json.loads(file.with_suffix(".json").read_text())


def repl_inputs() -> list[pathlib.Path]:
    return sorted((FOLDER / "repl").glob("*.in"))


def prepare(work: pathlib.Path) -> pathlib.Path:
    """A copy of the files that commands name, and a home; the folder to run in."""
    shutil.copytree(FOLDER / "files", work / "pwd")
    (work / "home").mkdir()
    return work / "pwd"


def environment(work: pathlib.Path, variables: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8", "NIX_CONFIG": "", **variables}


def answer(command: str, program: "callable", work: pathlib.Path) -> dict:
    """Exit code and output of a command line; `program` gives the path of a program by its name."""
    folder = prepare(work)
    words = shlex.split(command)
    variables = {}
    while re.match(r"^[A-Z_]+=", words[0]):
        name, value = words.pop(0).split("=", 1)
        variables[name] = value
    name, *rest = [word.replace("/pwd", str(folder)) for word in words]
    store = [] if name == "nix-hash" else ["--store", str(work / STORE_NAME)]
    result = subprocess.run(
        [program(name), *store, *rest], cwd=folder, env=environment(work, variables), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
    )
    return {
        "exit": result.returncode, "stdout": normalise(result.stdout, work), "stderr": normalise(result.stderr, work)
    }


def repl(file: pathlib.Path, command: list[str], work: pathlib.Path) -> str:
    """What a repl prints, messages among it, without its first line, which names the program."""
    folder = prepare(work)
    result = subprocess.run(
        [*command, "--store", str(work / STORE_NAME)], cwd=folder, env=environment(work, {}), input=file.read_text(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_SECONDS,
    )
    assert result.returncode == 0, result.stdout
    return normalise(result.stdout.split("\n", 1)[1], work)


def normalise(text: str, work: pathlib.Path) -> str:
    return text.replace(str(work / "pwd"), "/pwd").replace(str(work / STORE_NAME), "/store-root")
