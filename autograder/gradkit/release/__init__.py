"""From the one source in ``assignments/`` to ``release/`` and ``solutions/``: strip, generate, search, swap."""

from gradkit.build.builder import BuildReport, build_course, check_course
from gradkit.build.leaks import Leak, find_leaks
from gradkit.build.staging import stage

__all__ = ["BuildReport", "Leak", "build_course", "check_course", "find_leaks", "stage"]
