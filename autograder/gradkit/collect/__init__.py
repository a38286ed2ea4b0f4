"""Collect submissions from nbgrader's exchange, a learning platform's uploads, or students' repositories."""
