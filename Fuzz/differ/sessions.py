"""Hundreds of questions in one process: both programs read them from the standard input of their `repl`."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import subprocess

from differ.evaluators import Answer, Evaluators, no_core_files

# What is asked about the file of a question. The last one prints a value in one line, as far as a session prints it.
FORMS = {
    "print": ":p import ./{name}",
    "strict": "let v = import ./{name}; in builtins.deepSeq v v",
    "json": "builtins.toJSON (import ./{name})",
    "xml": "builtins.toXML (import ./{name})",
    "type": ":t import ./{name}",
    "shallow": "import ./{name}",
}
SESSION_SECONDS = 20
# What stands behind each answer: the value and the message of a trace.
VALUE = re.compile(rb'^(?:\x1b\[[0-9;]*m)?"<<\d+>>"(?:\x1b\[0m)?\n', re.MULTILINE)
MESSAGE = re.compile(rb"^trace: <<\d+>>\n", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Request:
    content: bytes
    form: str
    shows_trace: bool


class Sessions:
    """Asks lists of questions in sessions of both programs."""

    def __init__(self, evaluators: Evaluators):
        self.evaluators = evaluators
        scratch = pathlib.Path(evaluators.scratch.name)
        self.reference = [str(reference_program()), "repl", "--store", "dummy://?read-only=false"]
        self.own = [evaluators.own[0], "repl", "--store", str(scratch / "session-store")]
        self.folder = evaluators.folder
        self.count = 0

    def both(self, requests: list[Request]) -> list[tuple[Answer, Answer]]:
        """What both programs answer to each request."""
        answers: dict[int, tuple[Answer, Answer]] = {}
        for shows_trace in (False, True):
            places = [place for place, request in enumerate(requests) if request.shows_trace == shows_trace]
            if places:
                asked = self.session([requests[place] for place in places], shows_trace)
                answers.update(zip(places, asked, strict=True))
        return [answers[place] for place in range(len(requests))]

    def session(self, requests: list[Request], shows_trace: bool) -> list[tuple[Answer, Answer]]:
        names = []
        for request in requests:
            names.append(f"in{self.count}.nix")
            self.count += 1
            (self.folder / names[-1]).write_bytes(request.content)
        lines = [FORMS[request.form].format(name=name) for request, name in zip(requests, names, strict=True)]
        programs = (self.reference, self.own)
        sides = [self.answers(program, lines, shows_trace, start) for program, start in [(p, self.start(p, lines, shows_trace)) for p in programs]]
        for name in names:
            (self.folder / name).unlink()
        return list(zip(*sides, strict=True))

    def start(self, program: list[str], lines: list[str], shows_trace: bool) -> tuple[subprocess.Popen[bytes], bytes]:
        text = "".join(f'{line}\nbuiltins.trace "<<{place}>>" "<<{place}>>"\n' for place, line in enumerate(lines))
        process = subprocess.Popen(
            [*program, "--option", "allow-import-from-derivation", "false", *(["--show-trace"] if shows_trace else [])],
            cwd=self.folder, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=no_core_files,
        )
        return process, text.encode()

    def answers(self, program: list[str], lines: list[str], shows_trace: bool, started: tuple[subprocess.Popen[bytes], bytes]) -> list[Answer]:
        """The answers to the lines; where one ends the program, the ones behind it are asked in another session."""
        process, text = started
        try:
            output, errors = process.communicate(text, timeout=SESSION_SECONDS)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            status = None
        outputs, messages = VALUE.split(output), MESSAGE.split(errors)
        complete = min(len(outputs), len(messages)) - 1
        found = []
        for place in range(min(complete, len(lines))):
            told = messages[place] if place else messages[0].split(b"Type :? for help.\n", 1)[-1]
            # The echo of both questions, and the blank lines around an answer, are the session's.
            said = outputs[place].partition(lines[place].encode() + b"\n")[2].rpartition(b"nix-repl> ")[0].strip()
            found.append(Answer(0 if said else 1, said, told))
        if complete < len(lines):
            ended = status if status is None or status != 0 else -1
            found.append(Answer(ended, b"", messages[-1] if messages else b""))
            rest = lines[complete + 1 :]
            if rest:
                found += self.answers(program, rest, shows_trace, self.start(program, rest, shows_trace))
        return found

    def parsed(self, contents: list[bytes]) -> list[tuple[Answer, Answer]]:
        """What both programs print of the texts with `--parse`; all of them can be parsed, and each gives a line."""
        names = []
        for place, content in enumerate(contents):
            names.append(f"parsed{place}.nix")
            (self.folder / names[-1]).write_bytes(content)
        sides = []
        for program, store in ((self.evaluators.reference, "dummy://"), (self.evaluators.own, self.evaluators.store)):
            answer = self.evaluators.run([*program, "--store", store, "--parse", *names])
            lines = [Answer(0, line, b"") for line in answer.output.splitlines()]
            lines += [Answer(answer.status, b"", answer.errors)] * (len(names) - len(lines))
            sides.append(lines)
        return list(zip(*sides, strict=True))

    def environment(self) -> dict[str, str]:
        return {**self.evaluators.environment(), "NIX_CONFIG": "experimental-features = nix-command flakes"}


def reference_program() -> pathlib.Path:
    """The `nix` beside `nix-instantiate`."""
    folder = pathlib.Path(os.environ["REFERENCE_NIX"])
    return next(path for path in (folder / "nix", folder / "ref-nix") if os.access(path, os.X_OK))
