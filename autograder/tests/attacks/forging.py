"""Handed in beside every attack that is graded: find the question in the worker's frames, and write replies to it."""

import json
import os
import struct
import sys


def question():
    """The question that the worker is answering, nonce and all."""
    frame = sys._getframe()
    while frame is not None:
        found = frame.f_locals.get("question")
        if hasattr(found, "nonce"):
            return found
        frame = frame.f_back


def plain(**parts):
    """A dict as the wire writes it."""
    return {"$dict": [[name, value] for name, value in parts.items()]}


def send(body, payload=b"", size=None):
    """Write a frame to the grader: JSON (or any bytes) and the bytes of tensors."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    data = b"GRD1" + struct.pack("<IQ", len(body), len(payload) if size is None else size) + body + payload
    while data:
        data = data[os.write(3, data) :]


def reply(tensors=(), payload=b"", **parts):
    """Answer the question with an observation of one's own making."""
    whole = {
        "failure": None,
        "values": plain(),
        "gradients": plain(),
        "gradient_error": "",
        "mutated": [],
        "operators": [],
        "printed": "",
        "turned": [],
    }
    send(["observed", question().nonce, plain(**(whole | parts)), list(tensors)], payload)
