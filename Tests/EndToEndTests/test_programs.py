"""nixlite under the names of Nix's programs, and its repl: every answer as recorded from real Nix 2.34."""

import programs
import pytest
from workbench import NIXLITE

CASES = [(file, command) for file in programs.case_files() for command in programs.commands(file)]


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The path of nixlite under the name of one of Nix's programs."""
    folder = tmp_path_factory.mktemp("programs")

    def path(name: str) -> str:
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(NIXLITE)
        return str(link)

    return path


@pytest.mark.parametrize("file, command", CASES, ids=[command for _, command in CASES])
def test_command(file, command, program, tmp_path):
    assert programs.answer(command, program, tmp_path) == programs.recorded(file)[command]


@pytest.mark.parametrize("file", programs.repl_inputs(), ids=lambda file: file.stem)
def test_repl(file, tmp_path):
    assert programs.repl(file, [NIXLITE, "repl"], tmp_path) == file.with_suffix(".exp").read_text()
