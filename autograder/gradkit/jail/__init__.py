"""The worker base and its children's confinement: all that runs in a student's process before the worker does.

The base is `gradkit.jail.zygote`, a process that the grader starts (`gradkit.sandbox.worker_base`) and that forks a
child for each submission. What is imported here is in every student's process, so this package imports only `worker`,
`wire`, `conditions`, `bans` and `errors`, none of which holds anything of the grader's.
"""
