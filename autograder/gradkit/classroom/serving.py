"""Show the class report and the feedback pages in a browser of this machine, and nothing else."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gradkit.course import Course

_SHOWN = ("report", "feedback")
_EVERY = 30  # seconds after which an open class report is loaded again
_REFRESH = b'<head><meta http-equiv="refresh" content="%d">' % _EVERY


class ReportServer(ThreadingHTTPServer):
    """Serves the pages of a course on localhost, below an address that nobody can guess.

    Args:
        course: the course.
        port: the port; 0: a free one.

    Attributes:
        address: where the class report is.
    """

    daemon_threads = True

    def __init__(self, course: Course, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.root = course.root
        self.token = secrets.token_urlsafe(24)
        self.address = f"http://127.0.0.1:{self.server_port}/{self.token}/report/report.html"


class _Handler(BaseHTTPRequestHandler):
    server: ReportServer

    def do_GET(self) -> None:
        """Send a page."""
        page = self._page()
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body = page.read_bytes()
        if page.parent.name == "report":
            body = body.replace(b"<head>", _REFRESH, 1)
        self.send_response(HTTPStatus.OK)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),  # the address holds the token
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> Path | None:
        """The page that is asked for; None unless it is one of the course's pages, asked for with the token."""
        if self.headers.get("Host", "").partition(":")[0] not in ("127.0.0.1", "localhost"):
            return None  # a web site whose name was made to mean this machine
        token, _, rest = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if not secrets.compare_digest(token.encode(), self.server.token.encode()):
            return None
        top, _, _ = rest.partition("/")
        page = self.server.root / rest
        inside = page.resolve().is_relative_to((self.server.root / top).resolve()) if top in _SHOWN else False
        return page if inside and page.suffix == ".html" and page.is_file() else None

    def log_message(self, *_args: object) -> None:
        """Say nothing: the address holds the token."""
