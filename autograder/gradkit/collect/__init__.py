"""Bring submissions in: from nbgrader's exchange, uploads of a learning platform, or students' repositories."""
