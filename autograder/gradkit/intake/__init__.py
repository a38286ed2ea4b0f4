"""The rule book of hand-ins, and how a submission is read by it without trusting anything in it; nbgrader stays out."""
