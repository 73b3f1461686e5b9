"""When two answers differ, and what kind of difference it is."""

from __future__ import annotations

import re

from differ.evaluators import Answer


def differ(reference: Answer, own: Answer) -> bool:
    """Whether the second answer is not the first one. Nothing is asked where real Nix itself fails to answer."""
    if own.crashed:
        return True
    if reference.crashed:
        return False
    if (reference.status == 0) != (own.status == 0):
        return True
    if reference.output != own.output:
        return True
    expected, said = comparable(reference.errors), comparable(own.errors)
    return expected != said and not deviates(expected, said)


POSITION = re.compile(rb"\{ column = [^;]*; file = ([^;]*); line = [^;]*; \}")
# The places in the function `derivation`, which each program has in words of its own.
DERIVATION = re.compile(rb"(derivation-internal\.nix):\d+:\d+:\n(?: +\d*\|.*\n)*")


def comparable(errors: bytes) -> bytes:
    """Messages without what the two may say differently: whether the numbers of a `__curPos` are thunks, and Nix's own Nix."""
    return DERIVATION.sub(rb"\1", POSITION.sub(rb"{ \1 }", errors))


def deviates(reference: bytes, own: bytes) -> bool:
    """Whether a difference is one that Documentation/Conformance.md allows."""
    if b"while parsing TOML" in reference and b"while parsing TOML" in own:
        return True
    # Arguments that are evaluated first thing are, even where the first one has the wrong type.
    if without_traces(reference) == without_traces(own):
        return b"error:" in reference
    deep = (b"stack overflow", b"max-call-depth", b"infinite recursion")
    return any(word in reference for word in deep) and any(word in own for word in deep)


def without_traces(errors: bytes) -> list[bytes]:
    return [line for line in errors.split(b"\n") if not line.startswith((b"trace: ", b"evaluation warning: "))]


def kind(reference: Answer, own: Answer) -> str:
    """A name for the difference, the same for differences that have one cause, as far as can be seen."""
    if own.crashed:
        return f"crash {own.status}"
    if (reference.status == 0) != (own.status == 0):
        return f"status {last_line(reference.errors)} / {last_line(own.errors)}"
    if reference.output != own.output:
        return "value"
    return f"message {differing_line(reference.errors, own.errors)}"


def last_line(errors: bytes) -> str:
    lines = [line for line in errors.decode(errors="replace").splitlines() if "error:" in line]
    return generic(lines[-1]) if lines else "ok"


def differing_line(reference: bytes, own: bytes) -> str:
    left, right = reference.decode(errors="replace").splitlines(), own.decode(errors="replace").splitlines()
    for one, other in zip(left, right, strict=False):
        if one != other:
            return f"{generic(one)} / {generic(other)}"
    return f"{len(left)} lines / {len(right)} lines"


def generic(line: str) -> str:
    """A line without its names and numbers."""
    line = re.sub(r"'[^']*'|\"[^\"]*\"|«[^»]*»", "'…'", line.strip())
    line = re.sub(r"\d+", "0", line)
    return re.sub(r"(got|found|but got|evaluating|calling) .*", r"\1 …", line)[:160]
