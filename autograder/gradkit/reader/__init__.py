"""Reads a submission's source as data: the calls that it names, and signs of deception.

It runs in a separate process (``python -I -m gradkit.reader``), which the grader limits in memory and time, since
Python's parser uses much of both for some sources. It imports only the standard library, so that it starts fast.
"""
