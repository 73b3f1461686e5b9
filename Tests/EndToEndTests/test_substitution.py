"""Builds ask binary caches: every answer as recorded from real Nix 2.34, and what caches cannot make us do."""

import collections
import json

import pytest
import substitutes
from workbench import real_nix

# Nix waits for what an object refers to, and tries what a cache has lost once more for each derivation that needs it.
FETCHED_AHEAD = {"archive of a reference gone", "wrong archive of a reference"}
# Nix registers the output that was fetched as built.
HALF_BUILT = "/nix/store/dn4fg4zfq46fgfazn7fca5qyvfcrl8ch-multi-dev"
STEPS = ("building '", "copying path '", "warning: ", "error: ")


def announcement(lines: list[str]) -> list[str]:
    """What is said before anything is done."""
    first = next((index for index, line in enumerate(lines) if line.startswith(STEPS)), len(lines))
    return lines[:first]


def steps(lines: list[str]) -> list[str]:
    """What is done, in some order: several things are done at once."""
    return sorted(lines[len(announcement(lines)) :])


@pytest.mark.parametrize("name", substitutes.CASES)
def test_answer(name, program, tmp_path):
    recorded = json.loads(substitutes.RECORDED.read_text())[name]
    answer = substitutes.answer(name, program, tmp_path)
    ours, theirs = answer.pop("stderr"), recorded.pop("stderr")
    ours = [line for line in ours if not line.startswith("fetched 'substitutes': ")]
    theirs = [line for line in theirs if not line.startswith("waiting for lock on ")]
    assert announcement(ours) == announcement(theirs)
    if name in FETCHED_AHEAD:
        assert set(theirs) <= set(ours)
        assert all(line.startswith("copying path '") for line in set(ours) - set(theirs))
        assert len(steps(ours)) == len(set(steps(ours)))
    else:
        assert steps(ours) == steps(theirs)
    asked, wanted = answer.pop("asked"), recorded.pop("asked")
    assert set(asked) == set(wanted)
    assert collections.Counter(asked) <= collections.Counter(wanted)
    objects, expected = answer.pop("objects"), recorded.pop("objects")
    if name.startswith("half a set"):
        assert objects[HALF_BUILT].pop("sigs") and expected[HALF_BUILT].pop("ultimate")
    if recorded["exit"]:
        # The failure may come before what else was fetched is in its place.
        assert objects.items() <= expected.items()
    else:
        assert objects == expected
    assert answer == recorded
    checked = real_nix("nix-store", "--verify", "--check-contents", store=tmp_path / "store")
    assert checked.returncode == 0, checked.stderr
