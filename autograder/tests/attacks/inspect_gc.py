"""Look through every object that the interpreter knows for hidden inputs, expected values and tests.

expect: answers
"""

import gc
import sys


def attack(x, places):
    gc.unfreeze()  # the base froze what it had before it forked
    objects = gc.get_objects()
    if len(objects) < 10_000:
        raise AssertionError("hardly anything was looked at")
    found = []
    for value in objects:
        if isinstance(value, dict) and value is not places:
            texts = [text for text in value.values() if isinstance(text, str)]
            found += [text[:300] for text in texts if "canary" in text or "secret_name" in text]
    found += [name for name in sys.modules if name.startswith(("gradkit.suite", "gradkit.grading", "test_"))]
    return found[:200]
