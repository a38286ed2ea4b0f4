"""The report in a browser: who gets which page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from gradkit.classroom.serving import ReportServer
from gradkit.course import load_course

from ..demo_course import BARE, write_tree

FILES = {
    "report/report.html": "<!doctype html><html><head><title>r</title></head>\n",
    "report/similar/hw1.html": "<html><head></head>similar\n",
    "report/report.json": "{}",
    "feedback/李雷/hw1.html": "<html><head></head>页\n",
    "results/ada/hw1.html": "secret",
    "autograder/hidden/hw1.html": "secret",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ReportServer]:
    course = load_course(write_tree(tmp_path / "course", {**BARE, **FILES}))
    (course.root / "report" / "link.html").symlink_to(course.root / "results" / "ada" / "hw1.html")
    with ReportServer(course) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: ReportServer, path: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path.format(token=server.token), headers={"Host": f"{host}:{server.server_port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_pages_are_shown_and_the_report_loads_itself_again(server: ReportServer) -> None:
    assert server.address.startswith(f"http://127.0.0.1:{server.server_port}/{server.token}/")
    status, text = ask(server, "/{token}/report/report.html")
    assert (status, '<meta http-equiv="refresh" content="30">' in text, "<title>r</title>" in text) == (200, True, True)
    assert ask(server, "/{token}/report/similar/hw1.html") == (200, FILES["report/similar/hw1.html"])
    assert ask(server, f"/{{token}}/feedback/{quote('李雷')}/hw1.html")[1] == FILES["feedback/李雷/hw1.html"]


@pytest.mark.parametrize(
    "path",
    [
        "/report/report.html",
        "/x{token}/report/report.html",
        "/{token}/",
        "/{token}/results/ada/hw1.html",
        "/{token}/report/../results/ada/hw1.html",
        "/{token}/report/%2e%2e/autograder/hidden/hw1.html",
        "/{token}//etc/hostname.html",
        "/{token}/report/link.html",
        "/{token}/report/report.json",
        "/{token}/report/missing.html",
    ],
)
def test_nothing_else_is_shown(server: ReportServer, path: str) -> None:
    status, text = ask(server, path)
    assert status == 404
    assert "secret" not in text


def test_no_other_name_of_the_machine_and_no_other_request(server: ReportServer) -> None:
    assert ask(server, "/{token}/report/report.html", host="evil.example")[0] == 404
    assert ask(server, "/{token}/report/report.html", method="POST")[0] == 501
