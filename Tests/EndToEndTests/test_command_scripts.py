"""Commands of nix on flakes and store paths: every line as recorded from real Nix 2.34."""

import command_scripts
import pytest
from workbench import NIXLITE


@pytest.mark.parametrize("script", command_scripts.scripts(), ids=lambda script: script.stem)
def test_script(script, tmp_path):
    assert command_scripts.output(script, NIXLITE, tmp_path) == script.with_suffix(".out").read_text()
