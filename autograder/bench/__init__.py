"""Benchmarks of grading, against three alternatives, on the same submissions of the course's assignments in one run.

`submissions` draws a mixed set from the mistakes bank; `record` records the calls of a hidden suite, and `plain`
performs them, for `floor`, `notebooks` and a pytest file; `runs` grades submissions in one way; `ways` computes the
cost per additional submission; `stopwatch` measures the processor time of a command and all its descendants; `scale`
grades a large class and measures memory; `watch` and `page` time what students and instructors wait for; `figures`
makes the tables. Only `floor`, `plain` and `record` import torch: everything measured runs in separate processes.

A developer's tool: ``python -m bench`` in a checkout, or ``make bench``. The engine does not import it, and no wheel
contains it.
"""
