"""What observing the calls of an evaluation gives: the stacks and lines that Nix 2.34 gives for the same file."""

import json
import re
import subprocess

import pytest
from workbench import NIXLITE

CALLS = """let
  length = list: builtins.length list;
  twice = f: f (f [ 1 2 ]);
  wrap = x: [ (length x) ];
in
[ (twice wrap) (builtins.foldl' (sum: n: sum + n) 0 (map length [ [ ] [ 1 ] ])) ]
"""

# The stacks of the real profile, but for the functions that `map` calls when its elements are read: where those stand is told
# only by Nix.
STACKS = [
    "calls.nix:6:17:primop foldl'",
    "calls.nix:6:17:primop foldl';calls.nix:6:54:primop map",
    "calls.nix:6:4:twice",
    "calls.nix:6:4:twice;calls.nix:3:14:wrap",
    "calls.nix:4:16:length",
    "calls.nix:4:16:length;calls.nix:2:18:primop length",
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "calls.nix").write_text(CALLS)
    return tmp_path


def run(folder, *arguments, **variables) -> subprocess.CompletedProcess:
    result = subprocess.run(
        [NIXLITE, *arguments], cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin", **variables},
        capture_output=True, text=True, timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result


def test_flame_graph(folder):
    profile = folder / "calls.profile"
    run(
        folder, "instantiate", "--eval", "--strict", "--eval-profiler", "flamegraph", "--eval-profile-file", str(profile),
        "--eval-profiler-frequency", "0", "calls.nix",
    )
    counts = {}
    for line in profile.read_text().splitlines():
        stack, count = line.rsplit(" ", 1)
        counts[stack.replace(f"{folder}/", "")] = int(count)
    assert {stack: counts.get(stack) for stack in STACKS} == {stack: 1 for stack in STACKS}, counts


def test_flame_graph_is_written_beside_the_caller(folder):
    run(folder, "eval", "--eval-profiler", "flamegraph", "-f", "calls.nix")
    assert (folder / "nix.profile").exists()


def test_traced_calls_come_in_pairs(folder):
    lines = run(folder, "eval", "--trace-function-calls", "-f", "calls.nix").stderr.splitlines()
    pattern = re.compile(r"function-trace (entered|exited) (.+) at ([0-9]+)")
    calls = [pattern.fullmatch(line).groups() for line in lines]
    stack = []
    for event, place, _ in calls:
        if event == "entered":
            stack.append(place)
        else:
            assert stack.pop() == place
    assert stack == []
    assert calls[0][1] == f"{folder}/calls.nix:6:4"
    times = [int(time) for _, _, time in calls]
    assert times == sorted(times)


def test_statistics(folder):
    statistics = json.loads(run(folder, "eval", "-f", "calls.nix", NIX_SHOW_STATS="1").stderr)
    assert statistics["cpuTime"] >= statistics["time"]["gc"] >= 0
    assert statistics["symbols"]["number"] > 100
    file = folder / "statistics.json"
    run(folder, "eval", "-f", "calls.nix", NIX_SHOW_STATS="1", NIX_SHOW_STATS_PATH=str(file))
    assert json.loads(file.read_text())["gc"]["cycles"] >= 0
