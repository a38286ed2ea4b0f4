"""``contract.toml``: for each sentence that students get, the tests that look at it and the mistakes that break it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gradkit.audit.sentences import bullets, sentences_by_question
from gradkit.bank import Bank
from gradkit.course import Assignment, Course
from gradkit.course.toml_files import read_toml
from gradkit.errors import CourseError
from gradkit.suite.tests import HiddenTest

FILE = "contract.toml"
HANDOUT = "handout"  # the table of the README's and the notebook's bullets
_HANDOUTS = ("notebook.md", "README.md")

Grading = Mapping[str, Sequence[str]]  # by the test's name, the mistakes that it must fail
Entries = Mapping[str, Mapping[str, str | Grading]]  # by question and sentence; a text says why it is not graded


@dataclass(frozen=True)
class Claim:
    """An entry says that a test looks at a sentence, and fails the mistakes that break it."""

    table: str
    sentence: str
    question: str
    test: str
    mistakes: Sequence[str]


@dataclass(frozen=True)
class Coverage:
    """How much of what a question's docstrings say is looked at.

    Attributes:
        sentences: how many sentences students are given.
        graded: how many of them are graded.
        excused: how many are not, with a reason.
    """

    sentences: int
    graded: int
    excused: int


@dataclass(frozen=True)
class Contract:
    """What students are given, and what ``contract.toml`` says of it.

    Attributes:
        given: by question, the sentences of its docstrings; under ``handout``, the bullets of the handout.
        entries: by question and sentence, the tests with their mistakes, or why it is not graded; None where there is
            no file.
    """

    given: Mapping[str, Sequence[str]]
    entries: Entries | None

    def missing(self) -> dict[str, list[str]]:
        """By question, the sentences without an entry."""
        listed = self.entries or {}
        lacking = {
            table: [one for one in sentences if one not in listed.get(table, {})]
            for table, sentences in self.given.items()
        }
        return {table: sentences for table, sentences in lacking.items() if sentences}

    def coverage(self, table: str) -> Coverage:
        """The account of a question, or of the handout."""
        values = [(self.entries or {}).get(table, {}).get(one) for one in self.given[table]]
        excused = sum(isinstance(value, str) and value != "" for value in values)
        return Coverage(len(values), sum(bool(value) and not isinstance(value, str) for value in values), excused)

    def as_toml(self) -> str:
        """The missing entries, ready to be pasted and filled in; "" where none is missing."""
        lines: list[str] = []
        for table, sentences in self.missing().items():
            lines += [f"[{table}]", *(f'{json.dumps(one, ensure_ascii=False)} = ""' for one in sentences), ""]
        return "\n".join(lines)

    def claims(self) -> Iterator[Claim]:
        """Each test of each entry."""
        for table, entries in (self.entries or {}).items():
            for sentence, value in entries.items():
                for name, mistakes in value.items() if not isinstance(value, str) else ():
                    question, _, test = name.rpartition(".") if table == HANDOUT else (table, "", name)
                    yield Claim(table, sentence, question, test, mistakes)


def read_contract(course: Course, assignment: Assignment) -> Contract:
    """What the assignment's students are given, with ``contract.toml`` of its hidden folder.

    Raises:
        CourseError: naming the file, the sentence, what was found and what was expected.
    """
    source = course.source(assignment.id)
    given = sentences_by_question(assignment, (source / assignment.module).read_text(encoding="utf-8"))
    texts = [(source / name).read_text(encoding="utf-8") for name in _HANDOUTS if (source / name).is_file()]
    given[HANDOUT] = tuple(dict.fromkeys(one for text in texts for one in bullets(text)))
    path = course.hidden(assignment.id) / FILE
    return Contract(given, _read(path) if path.is_file() else None)


def _read(path: Path) -> Entries:
    tables = read_toml(path, dict[str, dict[str, Any]])
    for table, entries in tables.items():
        for sentence, value in entries.items():
            if not isinstance(value, str) and not _is_grading(value):
                raise CourseError(
                    f"{path}: [{table}] {json.dumps(sentence, ensure_ascii=False)}: expected tests with their "
                    'mistakes, as in { test_in_place = ["new_tensors"] }, or a text that says why this is not graded; '
                    f"found {json.dumps(value, ensure_ascii=False)}."
                )
    return tables


def _is_grading(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(mistakes, list) and all(isinstance(one, str) for one in mistakes) for mistakes in value.values()
    )


def contract_faults(
    contract: Contract, tests: Sequence[HiddenTest], bank: Bank, failed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """One sentence for each fault of a contract.

    Args:
        contract: the contract.
        tests: the suite's tests.
        bank: the mistakes and accepted variants.
        failed: by the mistake's id, the ids of the tests that it fails, bans included.
    """
    if contract.entries is None:
        yield (
            f"{FILE}: no such file. It lists each sentence that students are given with the tests that look at it and "
            "the mistakes that break it; gradkit audit --contract prints what to fill in."
        )
        return
    yield from _faults_of_sentences(contract, contract.entries)
    yield from _faults_of_claims(contract, tests, bank, failed)
    named = {(one.question, one.test) for one in contract.claims()}
    for test in tests:
        if (test.question, test.name) not in named:
            yield (
                f"{FILE}: [{test.question}] {test.name} grades something that no sentence says: name it under the "
                "sentence that it looks at, or write that sentence into the docstring."
            )


def _faults_of_sentences(contract: Contract, entries: Entries) -> Iterator[str]:
    missing = contract.missing()
    for table, sentences in missing.items():
        for one in sentences:
            yield f'{FILE}: [{table}] has no entry for "{one}" (gradkit audit --contract prints it as TOML).'
    for table, listed in entries.items():
        if table not in contract.given:
            yield f"{FILE}: [{table}]: there is no such question. Tables: {', '.join(contract.given)}."
            continue
        for sentence, value in listed.items():
            where = f'{FILE}: [{table}] "{sentence}"'
            if sentence not in contract.given[table]:
                near = get_close_matches(sentence, missing.get(table, ()), n=1, cutoff=0.4)
                instead = f'It is now "{near[0]}"?' if near else "Take the entry out."
                yield f"{where}: no text that students get says so (any more). {instead}"
            elif not value:
                yield f"{where}: name the tests that look at it, or write the reason why it is not graded."
            elif not isinstance(value, str) and not any(value.values()):
                yield f"{where} is graded, but no mistake breaks it. Add one to the bank and name it here."


def _faults_of_claims(
    contract: Contract, tests: Sequence[HiddenTest], bank: Bank, failed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    ids = {(test.question, test.name): test.id for test in tests}
    of_question = {entry.id: entry.question for entry in bank.mistakes}
    told: dict[str, tuple[str, str]] = {}
    for claim in contract.claims():
        where = f'{FILE}: [{claim.table}] "{claim.sentence}"'
        test = ids.get((claim.question, claim.test))
        if test is None:
            yield f'{where}: {claim.question or "this question"} has no test "{claim.test}".'
        for mistake in claim.mistakes:
            if of_question.get(mistake) != claim.question:
                yield f'{where}: the bank has no "{mistake}" of {claim.question}.'
                continue
            if test is not None and test not in failed[mistake]:
                yield f'{where}: {claim.test} passes "{mistake}". Strengthen the test, or name one that fails it.'
            other = told.setdefault(mistake, (claim.table, claim.sentence))
            if other != (claim.table, claim.sentence):
                yield (
                    f'{where}: "{mistake}" stands under "{other[1]}", too. A mistake breaks one sentence: name it '
                    "under that one, and add another for this."
                )
