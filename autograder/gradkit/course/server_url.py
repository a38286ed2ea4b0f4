"""The URL of a gradebook on a PostgreSQL server. It never contains a password."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlsplit

from gradkit.messages import message

SCHEME = "postgresql"
EXAMPLE = "postgresql://ada@db.example.org/course"
_SECRETS = frozenset({"password", "sslpassword"})
_REFUSAL = message(
    "a URL must not contain a password, found one: remove it, and put it in the file ~/.pgpass (a line "
    "HOST:PORT:DATABASE:USER:PASSWORD; chmod 600) or in the environment variable PGPASSWORD."
)


def check_server_url(value: object, expected: str) -> str:
    """The URL, checked. A wrong one is quoted without whatever could be a password.

    Args:
        value: what was given.
        expected: what may be given, for the message: "expected ...".

    Raises:
        ValueError: it is not the URL of a database on a PostgreSQL server, or contains a password; with a sentence.
    """
    if not isinstance(value, str):
        raise ValueError(message("expected {expected}, found something that is not text.", expected=expected))
    parts = _split(value)
    if _has_password(value, parts):
        raise ValueError(_REFUSAL)
    named = parts is not None and (parts.path[1:] or "service" in _parameters(parts))
    if not named or not value.startswith(f"{SCHEME}://"):
        raise ValueError(message("expected {expected}, found {found}.", expected=expected, found=_shown(value)))
    return value


def without_parameters(url: str) -> str:
    """A checked URL for display."""
    return url.partition("?")[0]


def _split(text: str) -> SplitResult | None:
    """The URL's parts; None if it is not one, or could be read in two ways."""
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError unless it is a number
        _parameters(parts)
    except ValueError:
        return None
    # A password with an unescaped / or # would end up in one of these.
    ambiguous = "@" in parts.path or "/" in parts.path[1:] or parts.fragment
    return None if ambiguous or "://" not in text else parts


def _has_password(text: str, parts: SplitResult | None) -> bool:
    if parts is not None:
        return parts.password is not None or not _SECRETS.isdisjoint(_parameters(parts))
    user, at, _ = text.partition("://")[2].rpartition("@")
    return bool(at) and ":" in user


def _parameters(parts: SplitResult) -> dict[str, str]:
    """The URL's parameters.

    Raises:
        ValueError: one is not of the form ``name=value``.
    """
    return dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))


def _shown(text: str) -> str:
    """The value for a message, without user, parameters or anything else that may hold a password."""
    if not text:
        return '""'
    if "password" in text.casefold():
        return message("something else, with a password")
    scheme, mark, rest = text.partition("://") if "://" in text else ("", "", text)
    rest = rest.rpartition("@")[2].partition("?")[0]
    shown = f"{scheme}{mark}{rest}"
    return f'"{shown[:57]}..."' if len(shown) > 60 else f'"{shown}"'
