"""The rules for submissions, and readers that apply them without trusting anything in a submission; no nbgrader."""
