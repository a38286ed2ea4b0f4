"""Grade a queue of hand-ins in the order in which they came, in batches, so that the first do not wait for the last."""

from __future__ import annotations

from collections.abc import Sequence

from gradkit.grading.batch import Plan
from gradkit.grading.triage import Task

_FIRST = 8  # hand-ins; each batch is twice as large as the one before
_LARGEST = 64


def new_hand_ins(plan: Plan) -> list[tuple[str, Task]]:
    """The hand-ins without a record that is newer, with their assignments."""
    return [(name, task) for name, tasks in plan.tasks.items() for task in tasks if _is_new(task)]


def in_batches(plan: Plan) -> list[Plan]:
    """Cut a plan: new hand-ins first, oldest first, in growing batches; then all others together.

    Args:
        plan: the plan; its refusals are in the last part.
    """
    queue = new_hand_ins(plan)
    if not queue:
        return [plan]
    from gradkit.gradebook.timestamps import read_time  # late: imports nbgrader

    times = {task.folder: read_time(task.folder) for _, task in queue}
    # One whose time is unknown was put there by hand, when its folder was made.
    queue.sort(
        key=lambda each: (
            time.timestamp() if (time := times[each[1].folder]) else each[1].folder.stat().st_mtime,
            each[1].student,
            each[0],
        )
    )
    batches, size, begun = [], _FIRST, 0
    while begun < len(queue):
        batches.append(Plan(_by_assignment(queue[begun : begun + size]), []))
        begun, size = begun + size, min(2 * size, _LARGEST)
    taken = {task.folder for _, task in queue}
    rest = {name: [task for task in tasks if task.folder not in taken] for name, tasks in plan.tasks.items()}
    return [*batches, Plan({name: tasks for name, tasks in rest.items() if tasks}, plan.refused)]


def _by_assignment(queue: Sequence[tuple[str, Task]]) -> dict[str, list[Task]]:
    found: dict[str, list[Task]] = {}
    for name, task in queue:
        found.setdefault(name, []).append(task)
    return found


def _is_new(task: Task) -> bool:
    try:
        # Not st_ctime: a hand-in that counts again was only moved.
        return task.record.stat().st_mtime < task.folder.stat().st_mtime
    except OSError:
        return not task.record.exists()
