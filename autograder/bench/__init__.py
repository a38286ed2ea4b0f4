"""Benchmarks of grading, against three alternatives, on the same submissions in one run.

`material` and `suites` contain a small assignment with five questions on linear regression; `places` writes it, with a
class of submissions, in each alternative's format; `runs` grades submissions in one way; `ways` computes the cost per
additional submission, and checks that all ways agree; `stopwatch` measures the processor time of a command and all its
descendants; `scale` grades a large class and measures memory; `watch` and `page` time what students and instructors
wait for; `figures` makes the tables. Only `floor` imports torch: everything measured runs in separate processes.

A developer's tool: ``python -m bench`` in a checkout, or ``make bench``. The engine does not import it, and no wheel
contains it.
"""
