"""A record in words: what formgrader and feedback show under a question's check cell.

Plain text only. Shown are the tests' titles, points, messages and hints; never their names, nor what the student's
code printed, which could hold a hidden test's inputs.
"""

from __future__ import annotations

import textwrap

from gradkit.grading.record import Record, TestResult, first_told
from gradkit.text import plain, points

_WIDTH = 88
_INDENT = "        "


def question_in_words(record: Record, question: str) -> str:
    """What the hidden tests say of one question."""
    scored = next((one for one in record.questions if one.id == question), None)
    lines = []
    if scored is not None:
        lines.append(f"{question}: {points(scored.score)} of {points(scored.max_score)} points")
    for test, earlier in zip(record.tests, first_told(record.tests), strict=True):
        if test.question == question:
            lines += ["", *_test_lines(test, None if earlier is None else record.tests[earlier])]
    return "\n".join(lines) + "\n"


def submission_in_words(record: Record) -> str:
    """What is said of the whole submission; "" where there is nothing to say."""
    lines = [plain(record.output).strip()] if record.output.strip() else []
    sentences = (plain(sentence).strip() for sentence in (*record.problems, *record.notes))
    lines += [f"- {text}" for text in sentences if text and text not in lines]
    return "\n".join(lines) + "\n" if lines else ""


def _test_lines(test: TestResult, told: TestResult | None) -> list[str]:
    mark = "passed" if test.passed else "failed"
    title = " ".join(plain(test.title).split())
    lines = textwrap.wrap(
        f"{mark}  {title}  [{points(test.score)} of {points(test.max_score)}]", _WIDTH, subsequent_indent=_INDENT
    )
    message = plain(test.output).strip()
    hint = plain(test.hint or "").strip()
    if told is not None:
        where = "" if told.question == test.question else f" of {told.question}"
        lines += _wrapped(f'The same as in "{" ".join(plain(told.title).split()).rstrip(". ")}"{where}.')
        hint = "" if told.hint == test.hint else hint
    elif message:
        lines += _wrapped(message)
    if hint and not test.passed and hint not in message:
        lines += _wrapped(f"Hint: {hint}")
    return lines


def _wrapped(text: str) -> list[str]:
    """The text below its title, in lines that a page shows whole; its own line ends stay."""
    wrapper = textwrap.TextWrapper(_WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)
    return [part for line in text.splitlines() for part in wrapper.wrap(line) or [""]]
