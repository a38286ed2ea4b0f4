"""From folder to record: right, wrong, broken and refused submissions of the demonstration course."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from gradkit.conditions.switches import in_words
from gradkit.course import Course
from gradkit.export.gradescope import results_json
from gradkit.gradebook.autograded import submission_in_words
from gradkit.grading.grade import grade_waiting
from gradkit.grading.record import Record, from_json, to_json
from gradkit.grading.triage import Task, triage
from gradkit.messages import translate
from gradkit.sandbox import Sandbox

HW = "hw0_scaling"
SCHEMA = Path(__file__).parents[3] / "docs" / "record.schema.json"


Grade = Callable[..., list[Record]]
HandIn = Callable[..., Path]


def without_times(record: Record) -> str:
    data = json.loads(to_json(record))
    del data["execution_time"]
    for test in data["tests"]:
        del test["extra_data"]["seconds"]
        for call in test["extra_data"]["calls"]:
            del call["seconds"]
    return json.dumps(data, sort_keys=True)


def test_the_reference_gets_full_marks(grade: Grade, hand_in: HandIn, reference_source: str) -> None:
    (record,) = grade(hand_in({"scaling.py": reference_source}))
    assert (record.status, record.score, record.max_score) == ("graded", 5.0, 5.0)
    assert all(test.passed for test in record.tests)


def test_a_module_in_gbk_with_a_chinese_helper_gets_full_marks(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    helper = "# coding: gb18030\n名字 = '缩放'\n"
    source = f"# -*- coding: gbk -*-\n# 我的作业\nfrom 工具 import 名字\n\nassert 名字 == '缩放'\n{reference_source}"
    (record,) = grade(
        hand_in(
            {"scaling.py": source.encode("gbk"), "工具.py": helper.encode("gb18030"), "图/一.png": b"\x89PNG"}, "李娜"
        )
    )
    assert (record.student, record.status, record.score) == ("李娜", "graded", 5.0)
    assert (record.problems, record.notes) == ((), ())


def test_partial_credit_is_by_test(grade: Grade, hand_in: HandIn, reference_source: str) -> None:
    wrong = reference_source.replace("factor: float = 2.0", "factor: float = 3.0")
    (record,) = grade(hand_in({"scaling.py": wrong}))
    assert [(question.id, question.score) for question in record.questions] == [("scale", 2.0), ("Shift", 2.0)]
    (failed,) = [test for test in record.tests if not test.passed]
    assert failed.kind == "value"
    assert failed.hint == "the default factor is 2"


def test_the_smallest_failing_case_is_told(grade: Grade, hand_in: HandIn, reference_source: str) -> None:
    wrong = reference_source.replace("x / (1 / factor)", "x / (1 / factor) if len(x) < 3 else x")
    (record,) = grade(hand_in({"scaling.py": wrong}))
    assert "Smallest case: x (3,). (2 of 3 cases fail.)" in record.tests[0].output


def test_the_stub_gets_nothing(grade: Grade, hand_in: HandIn) -> None:
    stub = "def scale(x, factor=2.0):\n    raise NotImplementedError('scale')\n"
    (record,) = grade(hand_in({"scaling.py": stub}))
    assert record.score == 0
    assert {test.kind for test in record.tests} == {"not_started", "missing"}


def test_an_untouched_stub_beside_the_work_names_the_other_file(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    stub = re.sub("return .*|self.offset = .*", 'raise NotImplementedError("x")', reference_source)
    folder = hand_in({"scaling.py": stub, "scaling (1).py": reference_source, "test_public.py": ""})
    (record,) = grade(folder)
    assert record.score == 0
    assert {test.kind for test in record.tests} == {"not_started"}
    assert "The submitted scaling.py is unchanged" in record.output
    assert "There is also scaling (1).py, which is not graded" in record.output
    (folder / "scaling (1).py").rename(folder / "scaling.py")  # as the message says
    (record,) = grade(folder)
    assert (record.score, record.output) == (5, "")
    (folder / "scaling.py").write_text(stub)
    (record,) = grade(folder)
    assert (record.score, record.output) == (0, "")  # nothing else is there


def test_a_file_that_raises_on_import_gets_nothing_and_the_reason(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({"scaling.py": "x = 1\ny = x / 0\n"}))
    assert record.score == 0
    assert "ZeroDivisionError" in record.output
    assert " in line 2: " in record.output


def test_a_missing_file_is_named(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({"scalling.py": "x = 1"}))
    assert record.score == 0
    assert "scaling.py is not among the submitted files" in record.output
    assert "scalling.py" in record.output


def test_many_files_with_long_names_make_no_long_message(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({f"{'long' * 40}{number}.py": "x = 1" for number in range(90)}))
    assert "scaling.py is not among the submitted files" in record.output
    assert "and 80 more" in record.output
    assert len(record.output) < 1000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x / (1 / factor)", "x * factor"),
        ("x / (1 / factor)", "getattr(torch, 'm' + 'ul')(x, factor)"),
        ("x / (1 / factor)", "x.mul(factor)"),
        ("x / (1 / factor)", "torch.mul(x, factor) if False else x / (1 / factor)"),
    ],
)
def test_a_banned_call_costs_its_question_only(
    grade: Grade, hand_in: HandIn, reference_source: str, old: str, new: str
) -> None:
    (record,) = grade(hand_in({"scaling.py": reference_source.replace(old, new)}))
    assert [(question.id, question.score) for question in record.questions] == [("scale", 0.0), ("Shift", 2.0)]
    assert "without torch.mul: that is the point" in record.tests[0].output


def test_grading_twice_gives_the_same_bytes(
    course: Course, grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    noisy = reference_source + "\nimport random\nprint(torch.randn(1), random.random(), set('abcdef'))\n"
    folders = [hand_in({"scaling.py": noisy}), hand_in({"scaling.py": "import os; os._exit(0)"}, student="bob")]
    first = grade(*folders)
    for path in course.results.rglob("*.json"):
        path.unlink()
    second = list(reversed(grade(*reversed(folders))))
    assert [without_times(record) for record in first] == [without_times(record) for record in second]


def test_any_number_of_processes_gives_the_same_records(
    course: Course, sandbox: Sandbox, hand_in: HandIn, reference_source: str
) -> None:
    sources = [reference_source, "x = 1 / 0", reference_source.replace("2.0", "3.0"), "import os; os._exit(0)"]
    folders = [hand_in({"scaling.py": source}, student=f"s{number}") for number, source in enumerate(sources)]
    runs = []
    for processes in (1, 2, 3):
        root = course.root / f"results{processes}"
        tasks = [Task(folder.parent.name, folder, root / f"{folder.parent.name}.json") for folder in folders]
        waiting = triage(course, HW, tasks, lambda _record: None)
        records = grade_waiting(course, waiting, lambda _record: None, sandbox, processes)
        runs.append(sorted(without_times(record) for record in records))
    assert len(runs[0]) == 4
    assert runs[0] == runs[1] == runs[2]


def test_what_has_not_changed_is_not_graded_again(
    course: Course, grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    def is_graded_anew() -> bool:
        news: list[str] = []
        grade(folder, news=news)
        return bool(news)

    folder = hand_in({"scaling.py": reference_source})
    assert is_graded_anew()
    assert not is_graded_anew()
    hand_in({"scaling.py": reference_source + "# more\n"})
    assert is_graded_anew()
    assert not is_graded_anew()
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(suite.read_text() + "# more\n")
    assert is_graded_anew()


def test_the_same_files_handed_in_later_keep_their_points_and_get_their_time(
    grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    (first,) = grade(hand_in({"scaling.py": reference_source, "timestamp.txt": "2026-09-30 10:00:00 UTC"}))
    news: list[str] = []
    (second,) = grade(hand_in({"timestamp.txt": "2026-10-03 10:00:00 UTC"}), news=news)
    assert news == []
    assert (first.submitted, second.submitted) == ("2026-09-30 10:00:00 UTC", "2026-10-03 10:00:00 UTC")
    assert second.score == first.score


def test_a_fault_of_the_suite_is_no_score_and_tells_the_student_nothing(
    course: Course, grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    suite = course.hidden(HW) / "test_shift.py"
    suite.write_text(suite.read_text().replace("assert_matches(student", "1 / 0\n    assert_matches(student"))
    (record,) = grade(hand_in({"scaling.py": reference_source}))
    assert (record.status, record.score) == ("error", None)
    assert "ZeroDivisionError" in record.log
    assert "ZeroDivisionError" not in record.output


def test_one_refused_submission_does_not_stop_the_others(grade: Grade, hand_in: HandIn, reference_source: str) -> None:
    bad = hand_in({"scaling.py": b"x = '\xff'"}, student="bob")
    good = hand_in({"scaling.py": reference_source}, student="cleo")
    refused, graded = grade(bad, good)
    assert (refused.status, refused.score, graded.score) == ("refused", None, 5.0)
    assert "Python cannot read scaling.py (SyntaxError: (unicode error) 'utf-8' codec can't decode" in refused.output


def test_hidden_names_stay_out_of_what_students_read(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({"scaling.py": "def scale(x, factor=2.0): return x"}))
    read = [record.output, *(test.title + test.text + str(test.hint) for test in record.tests)]
    assert "secret_name" not in "".join(read)


def test_records_keep_to_the_schema_and_come_back(
    course: Course, grade: Grade, hand_in: HandIn, reference_source: str
) -> None:
    schema = json.loads(SCHEMA.read_text())
    folders = [
        hand_in({"scaling.py": reference_source, "scaling.ipynb": "not json"}),
        hand_in({"scaling.py": "x = 1 / 0"}, student="bob"),
        hand_in({"scaling.py": b"\xff\xfe\0"}, student="cleo"),
        hand_in({"scaling.py": f"{reference_source}\ntorch.set_default_dtype(torch.float64)\n"}, student="dan"),
    ]
    records = grade(*folders)
    assert [record.notes for record in records] == [(), (), (), in_words(["dtype"])]
    assert in_words(["dtype"])[0] in submission_in_words(records[-1])
    assert in_words(["dtype"])[0] in json.loads(results_json(records[-1]))["output"]
    for record in records:
        text = to_json(record)
        jsonschema.validate(json.loads(text), schema)
        assert from_json(text) == record
        assert (course.results / record.student / f"{HW}.json").read_text() == text


MANY_FAULTS = """
import torch

def scale(x, factor=2.0):
    return x.item() if len(x) > 2 else x * 3

torch.set_default_dtype(torch.float64)
"""


def test_a_record_is_the_same_in_every_language(grade: Grade, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = []
    for language, student in (("en", "ada"), ("zh", "bob")):
        monkeypatch.setenv("GRADKIT_LANGUAGE", language)
        (record,) = grade(hand_in({"scaling.py": MANY_FAULTS}, student=student))
        texts.append(without_times(record).replace(student, "..."))
    assert texts[0] == texts[1]


def test_a_records_messages_come_back_and_can_be_translated(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({"scaling.py": MANY_FAULTS}))
    read = from_json(to_json(record))
    assert to_json(read) == to_json(record)
    assert [translate(test.output, "zh") for test in read.tests] == [translate(t.output, "zh") for t in record.tests]
    assert "最小的情况" in translate(read.tests[0].output, "zh")
    assert translate(read.notes[0], "zh").startswith("加载你的文件时改变了 torch 的默认 dtype")


def test_a_record_without_messages_is_read_as_before(grade: Grade, hand_in: HandIn) -> None:
    (record,) = grade(hand_in({"scaling.py": MANY_FAULTS}))
    data = json.loads(to_json(record))
    for part in (data, *data["tests"]):
        part["extra_data"].pop("messages", None)
    old = from_json(json.dumps(data))
    assert old == record
    assert translate(old.tests[0].output, "zh") == old.tests[0].output  # its fields are not known
