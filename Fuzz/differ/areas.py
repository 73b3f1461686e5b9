"""What is asked: one question for each seed of an area."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

from differ import batches, misuse, texts
from differ.generator import Generator
from differ.tree import Node, expression, item, text


@dataclasses.dataclass(frozen=True)
class Question:
    root: Node
    # Of a process of its own.
    flags: tuple[str, ...] = ()
    # How it is asked in a session (`sessions.FORMS`), or nothing where it has a process of its own.
    form: str = ""
    shows_trace: bool = False

    def content(self, root: Node) -> bytes:
        return str(root).encode(errors="surrogateescape")


FLAGS = ((), ("--show-trace",), ("lazy",), ("--json",), ("--xml",), ("parse",))
# How often a question has a process of its own.
ALONE = 0.02


def asked(root: Node, seed: int, *forms: str) -> Question:
    """A question in one of the forms, or now and then with the flags of a process of its own."""
    source = random.Random(~seed)
    if source.random() < ALONE:
        return Question(root, source.choice(FLAGS))
    return Question(root, form=source.choice(forms), shows_trace=source.random() < 0.5)


def expressions(seed: int) -> Question:
    return asked(Generator(seed).top(), seed, "print", "print", "strict", "strict", "strict", "json", "xml", "shallow", "type")


TOKENS = (
    "{", "}", "[", "]", "(", ")", "''", '"', "${", "}", ";", ":", ",", ".", "...", "@", "?", "=", "==", "!=", "<", "<=", ">", "->", "&&", "||", "!", "+", "++", "-", "*", "/", "//", "if", "then", "else",
    "let", "in", "with", "assert", "rec", "inherit", "or", "a", "b", "x", "1", "1.5", "./a", "~/a", "<a>", "<a/b>", "http://a.b/c", "/a", "a/b", "/* c */", "# c\n", "\n", "  ", "\t", "\\", "$", "&", "|", "|>", "<|", "'", "^", "é", "\r\n",
    "1.", ".5", "1e5", "a.b", "a-b", "a'", "_", "__curPos", "null", "a:b", "a: b", "x?y", "{}:", "99999999999999999999", "./", "/", "a//b", "${a}", "''$", "'''", "''\\",
)


def syntax(seed: int) -> Question:
    """Text of an expression with some tokens put in, left out or doubled."""
    source = random.Random(seed)
    whole = str(Generator(seed).top())
    whole = whole[: source.choice((30, 60, 120))]
    for _ in range(source.choice((1, 1, 2, 3))):
        place, length = source.randrange(0, len(whole) + 1), source.choice((0, 0, 1, 2, 5))
        whole = whole[:place] + source.choice(("", " ")) + source.choice(TOKENS) + source.choice(("", " ")) + whole[place + length :]
    if source.random() < 0.3:
        whole = source.choice(("", " ")).join(source.choice(TOKENS) for _ in range(source.randrange(1, 9)))
    return asked(expression(text(whole)), seed, "parse", "parse", "print", "strict")


PATTERNS_IN_ONE = 40


def patterns(seed: int) -> Question:
    """Many patterns, each on a few texts: what the groups hold."""
    source = random.Random(seed)
    parts: list[Node | str] = ["[ "]
    for _ in range(PATTERNS_IN_ONE):
        nests = source.random() < 0.5
        made = texts.repetition(source, source.choice((2, 2, 3))) if nests else texts.pattern(source, source.choice((2, 3, 4)), valid=True)
        pattern = texts.quoted(made)
        for _ in range(3):
            # What C++'s matcher makes of nested repetitions takes time that multiplies with every byte.
            subject = texts.subject(source)[: 3 if nests else None]
            function = source.choice(("match", "match", "split"))
            parts.append(item("(builtins.", function, ' "', text(pattern[1:-1]), '" "', text(subject), '")\n'))
    return asked(expression(*parts, "]"), seed, "print", "json")


def batch(seed: int) -> Question:
    """Many calls that can hardly fail."""
    source = random.Random(seed)
    root = batches.batch(source)
    # The other printer; a structure that holds itself cannot be written as XML or JSON.
    if source.random() < 0.2:
        return Question(root, source.choice(((), (), ("lazy",))))
    return Question(root, form="print")


def misused(seed: int) -> Question:
    """Values of every kind where another one belongs."""
    return asked(misuse.misuse(random.Random(seed)), seed, "print", "strict", "strict", "strict", "json", "xml", "shallow")


def readers(seed: int) -> Question:
    """Texts that builtins read, many of them malformed."""
    return asked(misuse.reader(random.Random(seed)), seed, "print", "print", "strict", "json")


def order(seed: int) -> Question:
    """Expressions that say when they are evaluated."""
    return asked(misuse.Tracing(seed).top(), seed, "print", "strict", "json", "xml")


AREAS: dict[str, Callable[[int], Question]] = {"expressions": expressions, "syntax": syntax, "patterns": patterns, "batches": batch, "misuse": misused, "readers": readers, "order": order}
