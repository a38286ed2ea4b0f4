"""From a submission's files to its record: read, run, compare, score, record."""
