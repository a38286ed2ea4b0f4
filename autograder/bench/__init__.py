"""What grading costs, against three other ways of doing it, on the same submissions and in one run.

`material` and `suites` hold one small assignment with five questions on a linear regression; `places` writes it out as
each way wants it, with a class of submissions; `runs` grades some of them in one way; `ways` tells what one submission
more costs, and sees that all ways find the same; `stopwatch` counts the processor time of everything that a command
starts; `scale` grades a large class and watches the memory; `watch` and `page` time what students and instructors wait
for; `figures` makes the tables. Nothing here but `floor` imports torch or nbgrader: what is measured runs in processes
of its own.

A developer's tool: ``python -m bench`` in a checkout, or ``make bench``. The engine does not import it, and no wheel
holds it.
"""
