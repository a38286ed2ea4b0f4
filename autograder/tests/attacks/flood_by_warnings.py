"""Print through every logger and warning filter at once, far more than is kept.

expect: answers
"""

import logging
import warnings


def attack(x, places):
    warnings.simplefilter("always")
    for number in range(300):
        warnings.warn(f"{number} " + "w" * 200)
        logging.error("e" * 200)
    return True
