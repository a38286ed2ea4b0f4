"""Handed in beside every attack that is graded: find the question in the worker's frames, and write replies to it."""

import json
import os
import struct
import sys
from types import SimpleNamespace

from gradkit.wire.call import call_to_value


def question():
    """The question that the worker is answering, nonce and all."""
    frame, call = sys._getframe(), None
    while frame is not None:
        found = frame.f_locals
        call = found["call"] if hasattr(found.get("call"), "observe") else call
        if hasattr(found.get("question"), "nonce"):
            return found["question"]
        if call is not None and isinstance(found.get("nonce"), bytearray):
            return SimpleNamespace(nonce=found["nonce"].decode(), value=call_to_value(call))
        frame = frame.f_back


def ahead():
    """The nonces of the calls that have arrived and wait for their turn, and all their bytes."""
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "_arrived"):
        frame = frame.f_back
    arrived = bytes(frame.f_locals["self"]._arrived)
    nonces, place = [], 0
    while place + 32 <= len(arrived):
        _, tree, tensors = struct.unpack("<4sIQ", arrived[place : place + 16])
        nonces.append(arrived[place + 16 : place + 32].decode())
        place += 32 + tree + tensors
    return nonces, arrived


def plain(**parts):
    """A dict as the wire writes it."""
    return {"$dict": [[name, value] for name, value in parts.items()]}


def send(body, payload=b"", size=None):
    """Write a frame to the grader: JSON (or any bytes) and the bytes of tensors."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    data = b"GRD1" + struct.pack("<IQ", len(body), len(payload) if size is None else size) + body + payload
    while data:
        data = data[os.write(3, data) :]


def reply(tensors=(), payload=b"", nonce=None, **parts):
    """Answer the question, or the one with this nonce, with an observation of one's own making."""
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
    send(["observed", nonce or question().nonce, plain(**(whole | parts)), list(tensors)], payload)
