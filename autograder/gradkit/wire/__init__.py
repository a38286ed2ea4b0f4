"""What the grader and a student's process say to each other: calls one way, observations the other, as plain data.

Nothing here executes anything, and nothing that arrives is unpickled. A frame is a 16-byte head, a tree of plain
values as JSON, and the bytes of the tensors in it; the reader believes none of it before it has checked it.
"""
