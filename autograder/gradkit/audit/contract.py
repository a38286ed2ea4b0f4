"""``contract.toml``: for each sentence in the release, the tests that cover it and the mistakes that violate it."""

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
from gradkit.messages import Message, message
from gradkit.messages import sentences as in_turn
from gradkit.suite.tests import HiddenTest

FILE = "contract.toml"
HANDOUT = "handout"  # the table of the bullets of README and notebook
_HANDOUTS = ("notebook.md", "README.md")

Grading = Mapping[str, Sequence[str]]  # test name -> the mistakes that it must fail
Entries = Mapping[str, Mapping[str, str | Grading]]  # by question and sentence; a string says why it is not graded


@dataclass(frozen=True)
class Claim:
    """The claim of an entry that a test covers a sentence, and fails the mistakes that violate it."""

    table: str
    sentence: str
    question: str
    test: str
    mistakes: Sequence[str]


@dataclass(frozen=True)
class Coverage:
    """How many sentences of a question's docstrings are covered.

    Attributes:
        sentences: the number of sentences.
        graded: the number of graded sentences.
        excused: the number of sentences that are not graded for a stated reason.
    """

    sentences: int
    graded: int
    excused: int


@dataclass(frozen=True)
class Contract:
    """The sentences in the release, and their entries in ``contract.toml``.

    Attributes:
        given: question -> the sentences of its docstrings; ``handout`` -> the bullets of the handout.
        entries: by question and sentence, the tests with their mistakes, or why it is not graded; None if there is no
            file.
    """

    given: Mapping[str, Sequence[str]]
    entries: Entries | None

    def missing(self) -> dict[str, list[str]]:
        """The sentences without an entry, by question."""
        listed = self.entries or {}
        lacking = {
            table: [sentence for sentence in sentences if sentence not in listed.get(table, {})]
            for table, sentences in self.given.items()
        }
        return {table: sentences for table, sentences in lacking.items() if sentences}

    def coverage(self, table: str) -> Coverage:
        """The coverage of a question, or of the handout."""
        values = [(self.entries or {}).get(table, {}).get(sentence) for sentence in self.given[table]]
        excused = sum(isinstance(value, str) and value != "" for value in values)
        return Coverage(len(values), sum(bool(value) and not isinstance(value, str) for value in values), excused)

    def as_toml(self) -> str:
        """The missing entries as TOML, to paste and fill in; "" if none is missing."""
        lines: list[str] = []
        for table, sentences in self.missing().items():
            keys = (json.dumps(sentence, ensure_ascii=False) for sentence in sentences)
            lines += [f"[{table}]", *(f'{key} = ""' for key in keys), ""]
        return "\n".join(lines)

    def claims(self) -> Iterator[Claim]:
        """The claims of all entries, one for each test."""
        for table, entries in (self.entries or {}).items():
            for sentence, value in entries.items():
                for name, mistakes in value.items() if not isinstance(value, str) else ():
                    question, _, test = name.rpartition(".") if table == HANDOUT else (table, "", name)
                    yield Claim(table, sentence, question, test, mistakes)


def read_contract(course: Course, assignment: Assignment) -> Contract:
    """Collect the assignment's sentences, and read ``contract.toml`` in its hidden folder.

    Raises:
        CourseError: ``contract.toml`` is invalid.
    """
    source = course.source(assignment.id)
    given = sentences_by_question(assignment, (source / assignment.module).read_text(encoding="utf-8"))
    texts = [(source / name).read_text(encoding="utf-8") for name in _HANDOUTS if (source / name).is_file()]
    given[HANDOUT] = tuple(dict.fromkeys(bullet for text in texts for bullet in bullets(text)))
    path = course.hidden(assignment.id) / FILE
    return Contract(given, _read(path) if path.is_file() else None)


def _read(path: Path) -> Entries:
    tables = read_toml(path, dict[str, dict[str, Any]])
    for table, entries in tables.items():
        for sentence, value in entries.items():
            if not isinstance(value, str) and not _is_grading(value):
                raise CourseError(
                    message(
                        "{path}: [{table}] {sentence}: expected tests with their mistakes, as in {{ test_in_place = "
                        '["new_tensors"] }}, or a string that says why it is not graded; found {found}.',
                        path=path,
                        table=table,
                        sentence=json.dumps(sentence, ensure_ascii=False),
                        found=json.dumps(value, ensure_ascii=False),
                    )
                )
    return tables


def _is_grading(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(mistakes, list) and all(isinstance(mistake, str) for mistake in mistakes)
        for mistakes in value.values()
    )


def contract_faults(
    contract: Contract, tests: Sequence[HiddenTest], bank: Bank, failed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """One sentence for each fault of a contract.

    Args:
        contract: the contract.
        tests: the suite's tests.
        bank: the mistakes and accepted variants.
        failed: mistake id -> the ids of the tests that it fails, including by bans.
    """
    if contract.entries is None:
        yield message(
            "{path}: no such file. It lists each sentence in the release with the tests that cover it and the "
            "mistakes that violate it; gradkit audit --contract prints a template.",
            path=FILE,
        )
        return
    yield from _faults_of_sentences(contract, contract.entries)
    yield from _faults_of_claims(contract, tests, bank, failed)
    named = {(claim.question, claim.test) for claim in contract.claims()}
    for test in tests:
        if (test.question, test.name) not in named:
            yield message(
                "{path}: [{question}] {test} grades something that no sentence states: name it under the sentence that "
                "it covers, or add that sentence to the docstring.",
                path=FILE,
                question=test.question,
                test=test.name,
            )


def _faults_of_sentences(contract: Contract, entries: Entries) -> Iterator[str]:
    missing = contract.missing()
    for table, lacking in missing.items():
        for sentence in lacking:
            yield message(
                '{path}: [{table}] has no entry for "{sentence}" (gradkit audit --contract prints it as TOML).',
                path=FILE,
                table=table,
                sentence=sentence,
            )
    for table, listed in entries.items():
        if table not in contract.given:
            yield message(
                "{path}: [{table}]: no such question. Tables: {known}.",
                path=FILE,
                table=table,
                known=", ".join(contract.given),
            )
            continue
        for sentence, value in listed.items():
            where = _entry(table, sentence)
            if sentence not in contract.given[table]:
                near = get_close_matches(sentence, missing.get(table, ()), n=1, cutoff=0.4)
                yield in_turn(
                    message("{where}: there is no such sentence in the release (any more).", where=where),
                    message('Is it now "{sentence}"?', sentence=near[0]) if near else message("Remove the entry."),
                )
            elif not value:
                yield message("{where}: name the tests that cover it, or say why it is not graded.", where=where)
            elif not isinstance(value, str) and not any(value.values()):
                yield message(
                    "{where} is graded, but no mistake violates it. Add one to the bank and name it here.", where=where
                )


def _entry(table: str, sentence: str) -> Message:
    return message('{path}: [{table}] "{sentence}"', path=FILE, table=table, sentence=sentence)


def _faults_of_claims(
    contract: Contract, tests: Sequence[HiddenTest], bank: Bank, failed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    ids = {(test.question, test.name): test.id for test in tests}
    of_question = {entry.id: entry.question for entry in bank.mistakes}
    listed: dict[str, tuple[str, str]] = {}
    for claim in contract.claims():
        where = _entry(claim.table, claim.sentence)
        test = ids.get((claim.question, claim.test))
        if test is None:
            yield message(
                '{where}: {question} has no test "{test}".',
                where=where,
                question=claim.question or message("this question"),
                test=claim.test,
            )
        for mistake in claim.mistakes:
            if of_question.get(mistake) != claim.question:
                yield message(
                    '{where}: the bank has no "{mistake}" of {question}.',
                    where=where,
                    mistake=mistake,
                    question=claim.question,
                )
                continue
            if test is not None and test not in failed[mistake]:
                yield message(
                    '{where}: {test} passes "{mistake}". Strengthen the test, or name one that fails it.',
                    where=where,
                    test=claim.test,
                    mistake=mistake,
                )
            table, sentence = listed.setdefault(mistake, (claim.table, claim.sentence))
            if (table, sentence) != (claim.table, claim.sentence):
                yield message(
                    '{where}: "{mistake}" is also listed under "{sentence}". A mistake violates one sentence: keep it '
                    "there, and add another mistake here.",
                    where=where,
                    mistake=mistake,
                    sentence=sentence,
                )
