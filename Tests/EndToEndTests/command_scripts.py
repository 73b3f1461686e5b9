"""Scripts of commands of `nix` on flakes and store paths, and what real Nix prints.

Each `scripts/NAME.sh` runs after `scripts/setup.sh` in an empty folder, `W`. `record_programs.py` writes the output of a real Nix to
`scripts/NAME.out`.
"""

import os
import pathlib
import re
import subprocess
import urllib.parse

FOLDER = pathlib.Path(__file__).resolve().parent / "scripts"
TIMEOUT_SECONDS = 120

START = """
nix() { "$NIX_PROGRAM" --extra-experimental-features 'nix-command flakes' --store "$S" --option flake-registry '' "$@"; echo "= $?"; }
cd "$W"
"""


def scripts() -> list[pathlib.Path]:
    return sorted(file for file in FOLDER.glob("*.sh") if file.name != "setup.sh")


def output(script: pathlib.Path, program: str, work: pathlib.Path) -> str:
    """What a script prints, standard error among it, with names in place of what depends on the folder and the time."""
    for name in ("w", "home", "store"):
        (work / name).mkdir()
    (work / "home" / ".gitconfig").write_text('[init]\n\tdefaultBranch = master\n[protocol "file"]\n\tallow = always\n')
    commit = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "a"), ("EMAIL", "a@b"), ("DATE", "2024-01-01T00:00:00Z"),
    )}
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8", "TZ": "UTC", "NIX_PROGRAM": program,
        "NIX_CONFIG": "substituters =",
        "W": str(work / "w"), "S": str(work / "store"), **commit,
    }
    text = START + (FOLDER / "setup.sh").read_text() + script.read_text()
    result = subprocess.run(
        ["bash", "-c", text], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=TIMEOUT_SECONDS,
    )
    return normalise(result.stdout, work)


def normalise(text: str, work: pathlib.Path) -> str:
    text = text.replace(str(work / "w"), "/w").replace(str(work / "store"), "/s").replace("nixlite --help", "nix --help")
    # Nix calls files of another store by where they really are.
    text = text.replace("/s/nix/store", "/nix/store")
    text = re.sub(r"(?<=narHash=)[A-Za-z0-9%/-]+", lambda found: urllib.parse.unquote(found[0]), text)
    # What a flake contains depends on the folder that its inputs are in.
    for pattern, name in (
        (r"sha256-[A-Za-z0-9+/]{43}=", "HASH"), (r"\b[0-9a-f]{40}\b", "COMMIT"),
        (r"\b[0-9a-f]{7}(?=-dirty)", "SHORT"), (r"\b[0-9a-f]{64}\b", "FINGERPRINT"),
        (r"(?<=/nix/store/)[0-9a-z]{32}(?=-)", "PATH"),
    ):
        known: dict[str, str] = {}
        text = re.sub(pattern, lambda found: known.setdefault(found[0], f"{name}-{len(known) + 1}"), text)
    # What was written while the script ran.
    text = re.sub(r"\b(?!1704067200|1700000000)1[789]\d{8}\b", "TIME", text)
    return re.sub(r"(?!2024-01-01|2023-11-14)20\d\d-\d\d-\d\d( \d\d:\d\d:\d\d)?", "DATE", text)
