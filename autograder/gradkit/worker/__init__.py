"""The student's side: runs in a separate process, loads the student's module, answers calls with observations.

The grader trusts nothing that this package sends; it is only a convenient way to make observations. The same code runs
the reference inside the grader, so that both are observed alike. It imports `gradkit.wire`,
`gradkit.conditions`, `gradkit.bans` and `gradkit.errors`, and nothing else of gradkit.
"""
