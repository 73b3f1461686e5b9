"""Locking, describing and checking flakes: every line as recorded from real Nix 2.34."""

import flake_scripts
import pytest
from workbench import NIXLITE


@pytest.mark.parametrize("script", flake_scripts.scripts(), ids=lambda script: script.stem)
def test_script(script, tmp_path):
    assert flake_scripts.output(script, NIXLITE, tmp_path) == script.with_suffix(".out").read_text()
