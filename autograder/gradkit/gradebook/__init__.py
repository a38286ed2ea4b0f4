"""nbgrader's part of the work: making released notebooks, and keeping the class's points in ``gradebook.db``."""
