"""The grader's end of a worker: frames with a deadline on one descriptor, captured output on another.

Every wait is for both, so that a worker that floods its output cannot block the grader, and ends at the deadline. The
memory used is bounded whatever the worker sends.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct

from gradkit.conditions.clock import Deadline
from gradkit.errors import WireError
from gradkit.wire.frames import read_unparsed

FLOOD_FACTOR = 64
_CHUNK, _MOST = 1 << 16, 1 << 20
_CREDENTIALS = struct.Struct("3i")  # process, user and group id


class ChannelClosedError(Exception):
    """The worker closed its channel: it has ended, or is about to."""


class FloodError(Exception):
    """The worker printed far more than allowed."""


class Channel:
    """One worker's socket and output pipe.

    Args:
        channel: the grader's end of the socket pair.
        output: the read end of the pipe that is the worker's standard output and error.
        keep: the number of bytes of output to keep; 64 times as many are a flood.
    """

    def __init__(self, channel: socket.socket, output: int, keep: int) -> None:
        self.channel = channel
        self.output = output
        self.keep = keep
        self.kept = bytearray()
        self.seen = 0
        self._to_send = bytearray()
        self._arrived = bytearray()
        channel.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        os.set_blocking(output, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(output, selectors.EVENT_READ)
        self._selector.register(channel, selectors.EVENT_READ)

    def sender(self, deadline: Deadline) -> int:
        """The process that sent the next data, as reported by the kernel; 0 if it does not report it.

        Raises:
            ChannelClosedError, DeadlineError, FloodError: see there.
        """
        if not hasattr(socket, "SO_PASSCRED"):
            return 0
        while True:
            try:
                _, said, _, _ = self.channel.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size), socket.MSG_PEEK)
                break
            except BlockingIOError:
                self._wait(deadline)
            except OSError:
                raise ChannelClosedError from None
        self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        found = [_CREDENTIALS.unpack(data)[0] for _, kind, data in said if kind == socket.SCM_CREDENTIALS]
        return found[0] if found else 0

    def send(self, data: bytes) -> None:
        """Send bytes; what does not fit into the socket's buffer follows while the worker's answers are awaited."""
        self._to_send += data
        self._send_on()

    def receive(self, deadline: Deadline) -> tuple[bytes, bytearray]:
        """The body and the payload of the next frame, unparsed, before ``deadline``.

        Raises:
            ChannelClosedError, DeadlineError, FloodError: see there.
            WireError: the data is not a frame.
        """
        return read_unparsed(lambda size: self._read_exactly(size, deadline))

    def close(self) -> None:
        """Read the remaining output without waiting, and close both descriptors."""
        self._drain()
        self._selector.close()
        self.channel.close()
        os.close(self.output)

    def _read_exactly(self, size: int, deadline: Deadline) -> bytearray:
        while len(self._arrived) < size:
            try:
                part = self.channel.recv(min(max(size - len(self._arrived), _CHUNK), _MOST))
            except BlockingIOError:
                self._wait(deadline)
                continue
            except OSError:
                raise ChannelClosedError from None
            if not part:
                if self._arrived:
                    raise WireError("a frame was cut short")
                raise ChannelClosedError
            self._arrived += part
        data = self._arrived[:size]
        del self._arrived[:size]
        return data

    def _send_on(self) -> None:
        try:
            while self._to_send:
                del self._to_send[: self.channel.send(self._to_send)]
        except BlockingIOError:
            pass
        except OSError:  # it has ended; what it answered before that can still be read
            self._to_send.clear()

    def _wait(self, deadline: Deadline) -> None:
        """Wait until the socket has data, or has ended; read output and send on in the meantime."""
        while True:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._to_send else 0)
            self._selector.modify(self.channel, events)
            ready = {key.fileobj: mask for key, mask in self._selector.select(deadline.next_look())}
            if self.output in ready and not self._drain():
                self._selector.unregister(self.output)
            if self.seen > FLOOD_FACTOR * self.keep:
                raise FloodError
            if ready.get(self.channel, 0) & selectors.EVENT_WRITE:
                self._send_on()
            if ready.get(self.channel, 0) & selectors.EVENT_READ:
                return

    def _drain(self) -> bool:
        """Read available output, up to a bounded amount; False if the pipe is closed."""
        for _ in range(FLOOD_FACTOR):
            try:
                part = os.read(self.output, _CHUNK)
            except BlockingIOError:
                return True
            if not part:
                return False
            self.seen += len(part)
            self.kept += part[: max(0, self.keep - len(self.kept))]
        return True
