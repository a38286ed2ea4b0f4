"""Grading and audit on several machines: Dask carries chunks of work to nodes, and only the head writes.

A node (`node`) is a process of one thread on each machine, with a sandbox and forked graders of its own. A Dask worker
(`carrier`) starts it, and hands it a chunk at a time; the head (`head`) cuts the chunks and keeps the results. So a
record is the same bytes as on one machine.
"""
