"""Audit a hidden suite: it must pass every known right answer, and fail every known wrong one."""
