"""Records what real Nix answers to the cases in `programs/`: `REFERENCE_NIX=DIR python record_programs.py`.

DIR holds the programs of a real Nix (`nix-instantiate`, or `ref-nix-instantiate`).
"""

import json
import os
import pathlib
import sys
import tempfile

import binary_caches
import command_scripts
import git_flakes
import git_trees
import mercurial_trees
import programs
import substitutes


def main() -> None:
    folder = os.environ.get("REFERENCE_NIX")
    if not folder:
        sys.exit("error: REFERENCE_NIX must name the folder of a real Nix's programs")

    def program(name: str) -> str:
        for candidate in (name, f"ref-{name}"):
            path = os.path.join(folder, candidate)
            if os.access(path, os.X_OK):
                return path
        sys.exit(f"error: no {name} in '{folder}'")

    def with_folder(body):
        with tempfile.TemporaryDirectory(prefix="record-") as name:
            return body(pathlib.Path(name))

    for file in programs.case_files():
        answers = {
            command: with_folder(lambda work: programs.answer(command, program, work))
            for command in programs.commands(file)
        }
        file.with_suffix(".json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    for file in programs.repl_inputs():
        text = with_folder(lambda work: programs.repl(file, [program("nix"), "repl"], work))
        file.with_suffix(".exp").write_text(text)
    for file in command_scripts.scripts():
        text = with_folder(lambda work: command_scripts.output(file, program("nix"), work))
        file.with_suffix(".out").write_text(text)
    for trees in (git_trees, mercurial_trees):
        with tempfile.TemporaryDirectory(prefix="record-") as name:
            repositories = pathlib.Path(name)
            trees.make(repositories)
            answers = {
                expression: with_folder(lambda work: git_trees.answer(expression, [program("nix")], repositories, work))
                for expression in trees.EXPRESSIONS
            }
        trees.RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    with tempfile.TemporaryDirectory(prefix="record-") as name:
        repositories = pathlib.Path(name)
        git_flakes.make(repositories)
        answers = {
            f"{folder}: {words}": with_folder(
                lambda work: git_flakes.answer(folder, words, [program("nix")], repositories, work)
            )
            for folder, words in git_flakes.CASES
        } | {
            f"whole {folder}: {words}": with_folder(
                lambda work: git_flakes.whole_answer(folder, words, [program("nix")], repositories, work)
            )
            for folder, words in git_flakes.WHOLE_CASES
        }
    git_flakes.RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    answers = {
        name: with_folder(lambda work: binary_caches.answer(name, [program("nix")], work)) for name in binary_caches.CASES
    }
    binary_caches.RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    answers = {
        name: with_folder(lambda work: substitutes.answer(name, program, work)) for name in substitutes.CASES
    }
    substitutes.RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
