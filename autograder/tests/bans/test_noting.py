"""Which uses of banned calls are noted, and whose they are."""

from __future__ import annotations

from threading import Thread

from gradkit.bans.noting import Notes


def test_only_what_was_asked_about_is_reported_and_once() -> None:
    notes = Notes()
    with notes.asking(["sigmoid"]) as report:
        notes.note("sigmoid")
        notes.note("tanh")
        assert report() == {"sigmoid"}
        assert report() == frozenset()


def test_a_use_between_two_calls_is_told_at_the_next() -> None:
    notes = Notes()
    with notes.asking(["sigmoid"]):
        pass
    notes.note("sigmoid")
    with notes.asking(["sigmoid"]) as report:
        assert report() == {"sigmoid"}


def test_gradkits_own_uses_are_not_noted_but_another_threads_are() -> None:
    notes = Notes()
    with notes.asking(["sigmoid", "tanh"]) as report:
        with notes.ours():
            notes.note("sigmoid")
            thread = Thread(target=notes.note, args=["tanh"])
            thread.start()
            thread.join()
        assert report() == {"tanh"}
        notes.note("sigmoid")
        assert report() == {"sigmoid"}


def test_operators_below_a_function_of_gradkits_own_are_noted() -> None:
    notes = Notes()
    with notes.asking(["mm", "torch.autograd.grad"]) as report, notes.ours("functions"):
        notes.note("mm")
        notes.note("torch.autograd.grad")
        assert report() == {"mm"}


def test_a_use_that_does_not_count_is_not_noted() -> None:
    notes = Notes()
    notes.counts = lambda: False
    with notes.asking(["sigmoid"]) as report:
        notes.note("sigmoid")
        assert report() == frozenset()
