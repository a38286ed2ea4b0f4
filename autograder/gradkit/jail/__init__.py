"""The worker base and its children's confinement: everything that runs in a student's process before the worker.

The base is `gradkit.jail.zygote`, a process that the grader starts (`gradkit.sandbox.worker_base`) and that forks a
child for each submission. Imports here end up in every student's process, so this package imports only `worker`,
`wire`, `conditions`, `bans` and `errors`, none of which holds grader data.
"""
