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
from gradkit.wire.frames import Frame, pack, read

FLOOD_FACTOR = 64
_CHUNK = 1 << 16
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
        channel.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        os.set_blocking(output, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(output, selectors.EVENT_READ)

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
                self._wait(selectors.EVENT_READ, deadline)
            except OSError:
                raise ChannelClosedError from None
        self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        found = [_CREDENTIALS.unpack(data)[0] for _, kind, data in said if kind == socket.SCM_CREDENTIALS]
        return found[0] if found else 0

    def send(self, frame: Frame, deadline: Deadline) -> None:
        """Send a frame before ``deadline``."""
        for buffer in pack(frame):
            view = memoryview(buffer)
            while view:
                try:
                    view = view[self.channel.send(view[:_CHUNK]) :]
                except BlockingIOError:
                    self._wait(selectors.EVENT_WRITE, deadline)
                except OSError:
                    raise ChannelClosedError from None

    def receive(self, deadline: Deadline) -> Frame:
        """Read one frame before ``deadline``.

        Raises:
            ChannelClosedError, DeadlineError, FloodError: see there.
            WireError: the data is not a frame.
        """
        return read(lambda size: self._read_exactly(size, deadline))

    def close(self) -> None:
        """Read the remaining output without waiting, and close both descriptors."""
        self._drain()
        self._selector.close()
        self.channel.close()
        os.close(self.output)

    def _read_exactly(self, size: int, deadline: Deadline) -> bytearray:
        data = bytearray()
        while len(data) < size:
            try:
                part = self.channel.recv(min(size - len(data), 1 << 20))
            except BlockingIOError:
                self._wait(selectors.EVENT_READ, deadline)
                continue
            except OSError:
                raise ChannelClosedError from None
            if not part:
                if data:
                    raise WireError("a frame was cut short")
                raise ChannelClosedError
            data += part
        return data

    def _wait(self, event: int, deadline: Deadline) -> None:
        """Wait until the socket is ready for ``event``, reading output in the meantime."""
        self._selector.register(self.channel, event)
        try:
            while True:
                ready = [key.fileobj for key, _ in self._selector.select(deadline.next_look())]
                if self.output in ready and not self._drain():
                    self._selector.unregister(self.output)
                if self.seen > FLOOD_FACTOR * self.keep:
                    raise FloodError
                if self.channel in ready:
                    return
        finally:
            self._selector.unregister(self.channel)

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
