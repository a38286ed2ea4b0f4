"""The grader's end of a worker: frames with a deadline on one descriptor, captured output on another.

Every wait is for both, so that a worker that floods its output cannot block the grader, and ends at the deadline. The
memory used is bounded whatever the worker sends.
"""

from __future__ import annotations

import os
import select
import socket
import struct

from gradkit.conditions.clock import Deadline
from gradkit.errors import WireError
from gradkit.wire.frames import HEAD, sizes

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
        self._awaited = HEAD.size  # bytes, up to the end of the next frame as far as it is known
        channel.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        os.set_blocking(output, False)
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)

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
        while (frame := self.arrived()) is None:
            self._wait(deadline)
            self._read()
        return frame

    def arrived(self) -> tuple[bytes, bytearray] | None:
        """The same frame if it has been read already, else None.

        Raises:
            WireError: the data is not a frame.
        """
        self._awaited = HEAD.size
        if len(self._arrived) >= HEAD.size:
            body, payload = sizes(self._arrived)
            self._awaited += body + payload
        if len(self._arrived) < self._awaited:
            return None
        frame = bytes(self._arrived[HEAD.size : HEAD.size + body]), self._arrived[HEAD.size + body : self._awaited]
        del self._arrived[: self._awaited]
        return frame

    def close(self) -> None:
        """Read the remaining output without waiting, and close both descriptors."""
        self._drain()
        self.channel.close()
        os.close(self.output)

    def _read(self) -> None:
        """Read what has arrived, up to a bounded amount."""
        try:
            part = self.channel.recv(min(max(self._awaited - len(self._arrived), _CHUNK), _MOST))
        except BlockingIOError:
            return
        except OSError:
            raise ChannelClosedError from None
        if not part:
            if self._arrived:
                raise WireError("a frame was cut short")
            raise ChannelClosedError
        self._arrived += part

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
            self._poll.register(self.channel, select.POLLIN | (select.POLLOUT if self._to_send else 0))
            ready = dict(self._poll.poll(1000 * deadline.next_look()))
            if self.output in ready and not self._drain():
                self._poll.unregister(self.output)
            if self.seen > FLOOD_FACTOR * self.keep:
                raise FloodError
            events = ready.get(self.channel.fileno(), 0)
            if events & select.POLLOUT:
                self._send_on()
            if events & ~select.POLLOUT:
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
