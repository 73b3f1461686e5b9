"""`fetchGit` and `fetchTree` of local repositories: every answer as recorded from real Nix 2.34."""

import json

import git_trees
import pytest
from workbench import NIXLITE


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repositories")
    git_trees.make(folder)
    return folder


@pytest.mark.parametrize("expression", git_trees.EXPRESSIONS)
def test_fetch(expression, repositories, tmp_path):
    recorded = json.loads(git_trees.RECORDED.read_text())
    assert git_trees.answer(expression, [NIXLITE], repositories, tmp_path) == recorded[expression]
