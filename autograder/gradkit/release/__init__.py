"""Build ``release/`` and ``solutions/`` from ``assignments/``: strip, generate, search for leaks, swap."""

from gradkit.release.builder import BuildReport, build_course, check_course, extract
from gradkit.release.leaks import Leak, find_leaks
from gradkit.release.staging import stage

__all__ = ["BuildReport", "Leak", "build_course", "check_course", "extract", "find_leaks", "stage"]
