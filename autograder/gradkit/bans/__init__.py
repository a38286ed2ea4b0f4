"""Calls that a question does not allow: found in the source by name, and recorded at run time.

Grading and `gradkit check` do both in the same way, with the same messages. The package is in the wheel that students
install, and imports of gradkit only `messages`; `names`, which reads sources, imports only the standard library.
"""
