"""The text of a file in the encoding that it declares, as Python reads it."""

from __future__ import annotations

import ast

import pytest

from gradkit.conditions.source_lines import lines_of, text_of


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# coding: latin-1\nx = 'ä'\n".encode("latin-1"), "# coding: latin-1\nx = 'ä'\n"),
        ("# -*- coding: koi8-u -*-\nx = 'ї'\n".encode("koi8-u"), "# -*- coding: koi8-u -*-\nx = 'ї'\n"),
        *(
            (text.encode(encoding), text)
            for encoding in ("gbk", "gb2312", "gb18030", "big5", "cp950")
            for text in (f"# -*- coding: {encoding} -*-\nx = '中文'\n", f"# 中文\n# coding: {encoding}\nx = 1\n")
        ),
        ("\ufeff# -*- coding: utf-8 -*-\nx = '中文'\n".encode(), "# -*- coding: utf-8 -*-\nx = '中文'\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"", ""),
    ],
)
def test_a_declared_encoding_is_used(source: bytes, text: str) -> None:
    assert not text.startswith("#") or ast.parse(source)  # as Python reads it
    assert text_of(source) == text
    assert "".join(lines_of(source)) == text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1".encode("utf-16"), "Save it as UTF-8, not UTF-16"),
        (b"x = '\xe4'\n", r"\(unicode error\)"),
        (b"# coding: utf-7\nx = 1\n", "encoding problem: utf-7"),
        (b"# coding: rot13\nk = 1\n", "encoding problem: rot13"),
        (b"# coding: no-such\nx = 1\n", "no-such"),
        (b"# coding: hex\nx = 1\n", "hex"),
        ("x = 1\n\n# coding: gbk\n# 作业\n".encode("gbk"), "'utf-8' codec"),  # Python looks at two lines
        ("x = '作业'\n# coding: gbk\n".encode("gbk"), "'utf-8' codec"),  # and at the second below a comment
        ("# coding: gbk\nx = '变'\n".encode(), "'gbk' codec"),
    ],
)
def test_what_cannot_be_decoded_or_hides_code_is_refused(source: bytes, words: str) -> None:
    with pytest.raises(SyntaxError, match=words):
        text_of(source)
    assert lines_of(source) == ()
