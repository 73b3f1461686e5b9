"""Lists of questions, each asked where it belongs: in a session, or in a process of its own."""

from __future__ import annotations

import dataclasses

from differ.areas import Question
from differ.evaluators import Answer, Evaluators
from differ.judge import differ, kind
from differ.sessions import Request, Sessions

ASKED_AT_ONCE = 200


class Asker:
    def __init__(self, evaluators: Evaluators):
        self.evaluators = evaluators
        self.sessions = Sessions(evaluators)

    def both(self, questions: list[Question]) -> list[tuple[Answer, Answer]]:
        """What real Nix and nixlite answer to each question."""
        answers: dict[int, tuple[Answer, Answer]] = {}
        together = [place for place, question in enumerate(questions) if question.form]
        requests = [self.request(questions[place]) for place in together]
        answers.update(zip(together, self.sessions.both(requests), strict=True))
        # What was read without a syntax error is also asked how it was read.
        readable = [place for place in together if questions[place].form == "parse" and answers[place] == UNDERSTOOD]
        printed = self.sessions.parsed([questions[place].content(questions[place].root) for place in readable]) if readable else []
        answers.update(zip(readable, printed, strict=True))
        for place, question in enumerate(questions):
            if not question.form:
                answers[place] = self.evaluators.both(question.flags, question.content(question.root))
        return [answers[place] for place in range(len(questions))]

    def request(self, question: Question) -> Request:
        content = question.content(question.root)
        if question.form == "parse":
            return Request(b"_:\n" + content, "type", question.shows_trace)
        return Request(content, question.form, question.shows_trace)

    def settle(self, question: Question) -> tuple[Question, str] | None:
        """The question in the form that tells the difference without others before it, and what kind of difference it is.

        A process of its own is preferred, as the corpus has it.
        """
        flags = {"json": ("--json",), "xml": ("--xml",), "shallow": ("lazy",), "parse": ("parse",)}.get(question.form, ())
        alone = dataclasses.replace(question, form="", flags=(*flags, *(("--show-trace",) if question.shows_trace else ()))) if question.form else question
        for candidate in (alone, question):
            sides = self.both([candidate])[0]
            if differ(*sides):
                return candidate, kind(*sides)
        return None


# The type of a function that has the text as its body.
UNDERSTOOD = (Answer(0, b"a function", b""), Answer(0, b"a function", b""))
