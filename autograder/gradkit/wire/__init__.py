"""The protocol between the grader and a student's process: calls one way, observations back, as plain data.

Nothing here executes anything, and nothing that a student's process sends is unpickled. A frame is a 16-byte header, a
JSON tree of plain values, and the bytes of its tensors; the reader validates all of it.
"""
