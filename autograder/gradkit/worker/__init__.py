"""The student's side: runs in a process of its own, loads the student's module, answers calls with observations.

Nothing that this room says is trusted by the grader; it is only the convenient way to make observations. The same code
runs the reference inside the grader, so that both are observed alike. It imports `gradkit.wire`,
`gradkit.conditions`, `gradkit.bans` and `gradkit.errors`, and nothing else of gradkit.
"""
