"""The digits that hw6 holds out are not available to students' code, and looking them up is not learning."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from gradkit.audit.trials import Trial, Tried, try_all
from gradkit.course import Limits, load_course
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite.session import Suite, open_suite
from gradkit.wire.call import Call, Step

COURSE = load_course(Path(__file__).resolve().parents[2])
HW6 = COURSE.assignment("hw6_convolution")
SOURCE = COURSE.source(HW6.id) / HW6.module

SEARCHING = """
import gzip
import importlib
import sys
from pathlib import Path

import sklearn
from sklearn.datasets import load_digits

def by_import(): return load_digits().target.tolist()
def by_name(): return importlib.import_module("sklearn.datasets").load_digits().target.tolist()
def by_part():
    from sklearn.datasets._base import load_csv_data
    return load_csv_data(data_file_name="digits.csv.gz", target_names=range(10))[1].tolist()
def by_file():
    found = []
    for folder in sys.path:
        for path in Path(folder).rglob("digits*"):
            found.append(gzip.open(path).read().decode())
    return found
def by_place(): return Path(sklearn.__file__).parent.joinpath("datasets", "data", "digits.csv.gz").read_bytes()
"""
LOOKING_UP = """

import base64

IMAGES = torch.frombuffer(bytearray(base64.b64decode("{images}")), dtype=torch.uint8).view(-1, 64).float() / 16
DIGITS = torch.frombuffer(bytearray(base64.b64decode("{digits}")), dtype=torch.uint8).long()
Learning = SmallCNN

class SmallCNN(Learning):
    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.digit = nn.Embedding(10, num_classes)

    def forward(self, x):
        found = DIGITS[torch.cdist(x.flatten(1), IMAGES).argmin(dim=1)]
        return {scores}
"""
WAYS = {
    "beside the network": "super().forward(x) + 10 * nn.functional.one_hot(found, self.scores.out_features)",
    "through a layer": "0.01 * super().forward(x) + self.digit(found)",
    "for all but the shape": "0 * super().forward(x) + nn.functional.one_hot(found, self.scores.out_features)",
}


def brings_along(scores: str) -> bytes:
    """A submission with scikit-learn's data in its source, whose network looks images up."""
    data = load_digits()
    packed = [base64.b64encode(part.astype(np.uint8).tobytes()).decode() for part in (data.images, data.target)]
    return SOURCE.read_bytes() + LOOKING_UP.format(images=packed[0], digits=packed[1], scores=scores).encode()


@pytest.mark.parametrize("way", ["by_import", "by_name", "by_part", "by_file", "by_place"])
def test_held_out_digits_cannot_be_had(sandbox: Sandbox, way: str) -> None:
    with closing(sandbox.connect()) as workers:
        runner = SubmissionRunner(Submitted("answer.py", {"answer.py": SEARCHING.encode()}), Limits(), workers.start)
        with closing(runner):
            found = runner.run(Call([Step("result", f"student:{way}")]))
    assert found.failure is not None or found.values == {"result": []}


def test_looked_up_digits_are_no_learning(sandbox: Sandbox) -> None:
    found: list[Tried] = []

    def body(suite: Suite) -> None:
        tests = [test for test in suite.tests if test.name == "test_learns_digits"]
        sources: Sequence[bytes] = [SOURCE.read_bytes(), *map(brings_along, WAYS.values())]
        trials = [Trial(tests, {HW6.module: source}, HW6.limits) for source in sources]
        found.extend(try_all(suite, HW6, trials, sandbox, 1))

    open_suite(COURSE.hidden(HW6.id), HW6, SOURCE, "a secret of the tests", body)
    right, *wrong = found
    assert (right.failed, right.fault) == ((), "")
    for name, tried in zip(WAYS, wrong, strict=True):
        assert tried.fault == ""
        assert [message.partition(":")[0] for message in tried.messages] == ["Between two images the logits jump"], name
