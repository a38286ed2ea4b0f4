"""From the one source in ``assignments/`` to ``release/`` and ``solutions/``: strip, generate, search, swap."""

from gradkit.release.builder import BuildReport, build_course, check_course
from gradkit.release.leaks import Leak, find_leaks
from gradkit.release.staging import stage

__all__ = ["BuildReport", "Leak", "build_course", "check_course", "find_leaks", "stage"]
