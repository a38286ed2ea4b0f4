"""What is set on the machine neither ends a command nor decides what it does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradkit.cli.app import prepare, without_optimizing
from gradkit.cli.output import err, out

Gradkit = Callable[..., Any]


@pytest.mark.parametrize(
    ("options", "left"), [(["-O"], []), (["-OO", "-B"], ["-B"]), (["-bOB", "-X", "dev"], ["-bB", "-X", "dev"])]
)
def test_python_is_started_anew_without_what_leaves_out_asserts(options: list[str], left: list[str]) -> None:
    words = ["grade", "-O", "--submission", "O"]
    command = ["python", *options, "/bin/gradkit", *words]
    assert without_optimizing(command, len(words)) == ["python", *left, "/bin/gradkit", *words]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_a_terminal_without_the_letters_of_a_name_shows_their_numbers(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    told = {name: io.BytesIO() for name in ("stdout", "stderr")}
    for name, data in told.items():
        monkeypatch.setattr(sys, name, io.TextIOWrapper(data, encoding))
    prepare()
    for console, name in ((out, "stdout"), (err, "stderr")):
        console.print("Łukasz \ud800", soft_wrap=True)
        getattr(sys, name).flush()
        assert told[name].getvalue().decode(encoding).strip() == "\\u0141ukasz \\ud800"


def test_names_of_files_are_utf8_in_every_locale(gradkit_command: Gradkit) -> None:
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = gradkit_command("build", "--course", "Łukasz", **settings)
    assert ran.status == 2
    assert "\\u0141ukasz/course.toml: no such file" in ran.err


@pytest.mark.parametrize("closed", [[0], [1], [2], [0, 1, 2]])
def test_a_closed_stream_swallows_and_no_file_takes_its_place(tmp_path: Path, closed: list[int]) -> None:
    written = tmp_path / "file"
    program = f"""
from gradkit.check.console import ready_streams
ready_streams()
with open({str(written)!r}, "w") as file:
    print("to the terminal", flush=True)
    import sys; print("to the terminal", file=sys.stderr, flush=True)
    file.write("to the file")
"""

    def close() -> None:
        for descriptor in closed:
            os.close(descriptor)

    ran = subprocess.run([sys.executable, "-c", program], preexec_fn=close, check=False)  # noqa: S603 - our own
    assert (ran.returncode, written.read_text()) == (0, "to the file")


@pytest.mark.parametrize("module", ["gradkit.check.command", "gradkit.cli.app"])
def test_a_current_folder_that_is_gone_is_said_in_a_sentence(tmp_path: Path, module: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"""
import os, sys
from {module} import main
os.rmdir(os.getcwd())
sys.argv = ["gradkit", "check"]
main()
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=gone, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)
    assert "The current folder does not exist" in ran.stderr


def test_work_goes_on_when_nobody_reads_what_it_prints() -> None:
    program = "from gradkit.cli.output import out, err\nfor _ in range(99): out.print('x' * 999)\nerr.print('done')"
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (0, "done\n")


def test_files_can_be_read_by_their_owner_whatever_the_umask() -> None:
    before = os.umask(0o777)
    try:
        prepare()
        assert os.umask(0) == 0o077
    finally:
        os.umask(before)
