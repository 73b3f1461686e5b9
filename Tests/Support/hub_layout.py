#!/usr/bin/env python3
"""Lays a repository out as nix-model-repo's fixed-output derivation does: what nixlite's model must hash to.

    hub_layout.py REPOSITORY-FOLDER DESTINATION [--top-level] [--revision REVISION]

`blobs/<sha256>` holds every file, `snapshots/<commit>/<path>` links to them, `refs/main` (and another revision's name) has
the commit and a newline. `--top-level` leaves subfolders out, as the original does. Independent of nixlite's own code.
"""

import argparse
import pathlib
import shutil

from hub_repository import ModelFolder


def lay_out(repository: pathlib.Path, destination: pathlib.Path, top_level: bool, revision: str) -> str:
    """Makes the layout and returns the commit."""
    name = f"{repository.parent.name}/{repository.name}"
    snapshot = ModelFolder(repository.parent.parent).snapshot(name, revision)
    if snapshot is None:
        raise SystemExit(f"error: no revision '{revision}' of '{name}'")
    for path, file in snapshot.files.items():
        if top_level and "/" in path:
            continue
        blob = destination / "blobs" / file.sha256
        blob.parent.mkdir(parents=True, exist_ok=True)
        if not blob.exists():
            shutil.copyfile(file.location, blob)
        link = destination / "snapshots" / snapshot.commit / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("../" * path.count("/") + f"../../blobs/{file.sha256}")
    names = {"main"} | ({revision} - {snapshot.commit})
    for reference in names:
        location = destination / "refs" / reference
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(snapshot.commit + "\n")
    return snapshot.commit


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("destination", type=pathlib.Path)
    parser.add_argument("--top-level", action="store_true")
    parser.add_argument("--revision", default="main")
    arguments = parser.parse_args()
    lay_out(arguments.repository, arguments.destination, arguments.top_level, arguments.revision)


if __name__ == "__main__":
    main()
