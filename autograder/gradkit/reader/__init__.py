"""Reads what a submission's source says, as data: the calls that it names, and signs of deception.

It runs in a process of its own (``python -I -m gradkit.reader``), which the grader limits in memory and time, since
Python's parser takes much of both over some sources. It imports the standard library and nothing else, so that it
starts at once.
"""
