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
    return {"PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8", "NIX_CONFIG": "substituters =", **variables}


def answer(command: str, program: "callable", work: pathlib.Path) -> dict:
    """Exit code and output of a command line; `program` gives the path of a program by its name.

    Several commands are joined by `&&` and run one after another, whatever becomes of them; `< FILE` and `> FILE` may end one.
    """
    folder = prepare(work)
    results = [run_one(part, program, work, folder) for part in command.split(" && ")]
    return {
        "exit": results[-1].returncode,
        "stdout": normalise("".join(result.stdout or "" for result in results), work),
        "stderr": normalise("".join(result.stderr for result in results), work),
    }


def run_one(command: str, program: "callable", work: pathlib.Path, folder: pathlib.Path) -> subprocess.CompletedProcess:
    words = shlex.split(command)
    variables = {}
    while re.match(r"^[A-Z_]+=", words[0]):
        name, value = words.pop(0).split("=", 1)
        variables[name] = value
    files = {"<": os.devnull, ">": None}
    while len(words) > 1 and words[-2] in files:
        *words, redirection, file = words
        files[redirection] = folder / file
    name, *rest = [word.replace("/pwd", str(folder)) for word in words]
    store = [] if name == "nix-hash" or rest[:1] == ["hash"] else ["--store", str(work / STORE_NAME)]
    with open(files["<"], "rb") as standard_input, open(files[">"] or os.devnull, "wb") as file:
        return subprocess.run(
            [program(name), *store, *rest], cwd=folder, env=environment(work, variables), stdin=standard_input,
            stdout=file if files[">"] else subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS,
        )


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
    text = text.replace(str(work / "pwd"), "/pwd").replace(str(work / STORE_NAME), "/store-root")
    # How much space is free depends on the file system.
    text = re.sub(r"\bnixlite(?= --help| hash| store)", "nix", text)
    return re.sub(r"-?[0-9.]+ [KM]iB(?= freed)|(?<=saving )-?[0-9.]+ [KM]iB", "SIZE", text)
