"""nixlite under the names of Nix's programs, and its repl: every answer as recorded from real Nix 2.34."""

import subprocess

import programs
import pytest
from workbench import NIXLITE

CASES = [(file, command) for file in programs.case_files() for command in programs.commands(file)]


@pytest.mark.parametrize("file, command", CASES, ids=[command for _, command in CASES])
def test_command(file, command, program, tmp_path):
    assert programs.answer(command, program, tmp_path) == programs.recorded(file)[command]


@pytest.mark.parametrize("file", programs.repl_inputs(), ids=lambda file: file.stem)
def test_repl(file, tmp_path):
    assert programs.repl(file, [NIXLITE, "repl"], tmp_path) == file.with_suffix(".exp").read_text()


TWO = """rec {
  first = derivation { name = "first"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo 1 > $out" ]; };
  second = derivation {
    name = "second"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "dev" ];
    args = [ "-c" "echo 2 > $out; echo dev > $dev" ];
  };
  failing = derivation { name = "failing"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "exit 3" ]; };
  inherit (second) dev;
}
"""


@pytest.fixture
def nix_build(program, tmp_path):
    (tmp_path / "two.nix").write_text(TWO)

    def run(*arguments):
        return subprocess.run(
            [program("nix-build"), "--store", str(tmp_path / "store"), *arguments], cwd=tmp_path,
            env=programs.environment(tmp_path, {}), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        )

    return run


def test_nix_build_links_each_output(nix_build, tmp_path):
    result = nix_build("two.nix", "-A", "first", "-A", "second", "-A", "dev")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.split("-", 1)[1] for line in lines] == ["first", "second", "second-dev"]
    contents = {link.name: link.read_text() for link in tmp_path.glob("result*")}
    assert contents == {"result": "1\n", "result-2": "2\n", "result-2-dev": "dev\n"}


def test_nix_build_names_and_leaves_out_links(nix_build, tmp_path):
    assert nix_build("two.nix", "-A", "first", "-o", "mine").returncode == 0
    assert (tmp_path / "mine").read_text() == "1\n"
    assert nix_build("two.nix", "-A", "first", "--no-out-link").returncode == 0
    assert not (tmp_path / "result").exists()
    planned = nix_build("two.nix", "-A", "second", "--dry-run")
    assert (planned.returncode, planned.stdout) == (0, "")
    assert "-second.drv" in planned.stderr


def test_nix_build_of_a_derivation(nix_build, program, tmp_path):
    made = subprocess.run(
        [program("nix-instantiate"), "--store", str(tmp_path / "store"), "two.nix", "-A", "second"], cwd=tmp_path,
        env=programs.environment(tmp_path, {}), capture_output=True, text=True, timeout=120,
    )
    derivation = made.stdout.strip()
    assert nix_build(derivation + "!dev").stdout.strip().endswith("-second-dev")
    assert nix_build(derivation + "!no").stderr.endswith("does not have output 'no'\n")


def test_nix_build_fails_with_nix_s_exit_code(nix_build):
    result = nix_build("two.nix", "-A", "failing")
    assert result.returncode == 100
    assert "failed with exit code 3" in result.stderr


FAILURES = """rec {
  fixed = derivation { name = "f"; system = "builtin"; builder = "builtin:fetchurl"; url = "file:///none";
    outputHashMode = "flat"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  ordinary = derivation { name = "o"; system = builtins.currentSystem; builder = "/bin/false"; };
  needsFixed = derivation { name = "n"; system = builtins.currentSystem; builder = "/bin/true"; inherit fixed; };
  needsOrdinary = derivation { name = "n"; system = builtins.currentSystem; builder = "/bin/true"; inherit ordinary; };
  needsBoth = derivation { name = "n"; system = builtins.currentSystem; builder = "/bin/true"; inherit fixed ordinary; };
}"""


@pytest.mark.parametrize(
    "attribute, code", [("fixed", 1), ("ordinary", 100), ("needsFixed", 1), ("needsOrdinary", 100), ("needsBoth", 100)]
)
def test_nix_build_tells_a_failed_fetch_from_a_failed_build(nix_build, attribute, code):
    """The codes of nix-build 2.34.8: what may be the network's fault is no permanent failure."""
    assert nix_build("--keep-going", "-E", FAILURES, "-A", attribute).returncode == code
