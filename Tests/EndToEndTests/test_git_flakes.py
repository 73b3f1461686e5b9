"""Flakes in local Git repositories and `--override-flake`: every answer as recorded from real Nix 2.34."""

import json

import git_flakes
import pytest
from workbench import NIXLITE


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flakes")
    git_flakes.make(folder)
    return folder


@pytest.mark.parametrize("folder, words", git_flakes.CASES)
def test_flake(folder, words, repositories, tmp_path):
    recorded = json.loads(git_flakes.RECORDED.read_text())
    assert git_flakes.answer(folder, words, [NIXLITE], repositories, tmp_path) == recorded[f"{folder}: {words}"]


@pytest.mark.parametrize("folder, words", git_flakes.WHOLE_CASES)
def test_whole_answer(folder, words, repositories, tmp_path):
    recorded = json.loads(git_flakes.RECORDED.read_text())
    assert git_flakes.whole_answer(folder, words, [NIXLITE], repositories, tmp_path) == recorded[f"whole {folder}: {words}"]
