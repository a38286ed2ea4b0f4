"""Walk up the frames of the worker and down into everything that their variables hold.

expect: answers
"""

import sys


def _strings(value, depth, seen):
    if id(value) in seen or depth > 6:
        return
    seen.add(id(value))
    if isinstance(value, str | bytes):
        yield str(value)[:300]
    elif isinstance(value, dict):
        for item in [*value.keys(), *value.values()]:
            yield from _strings(item, depth + 1, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in list(value):
            yield from _strings(item, depth + 1, seen)
    elif hasattr(value, "__dict__"):
        yield from _strings(vars(value), depth + 1, seen)


def attack(x, places):
    frame, found = sys._getframe(), []
    seen = {id(places)}
    while frame is not None:
        names = {**frame.f_locals, **frame.f_globals}
        found += [text for text in _strings(names, 0, seen) if "canary" in text or "secret_name" in text]
        frame = frame.f_back
    return found[:200]
