"""Run a single pytest item, and reset after an interrupted run.

These are the only pytest internals that gradkit uses. The public API runs all items once, in the order of collection,
but a suite runs again for every submission. So pytest's internal function for a single item is called here, and the
state it keeps between items (the stack of modules and fixtures that are set up) is reset where necessary.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from _pytest.outcomes import OutcomeException
from _pytest.runner import SetupState, runtestprotocol


def run_item(item: pytest.Function, following: pytest.Function | None) -> None:
    """Set up, call and tear down; fixtures that ``following`` also needs stay set up."""
    runtestprotocol(item, log=False, nextitem=following)


def start_afresh(session: pytest.Session) -> None:
    """Tear down everything that is still set up, so that any item can run next.

    Call it when a run stops before its last item: fixtures kept for the following item would break any other. Errors
    of fixtures are ignored here: the fault that stopped the run is the one to report.
    """
    try:
        while session._setupstate.stack:
            with suppress(Exception, OutcomeException):
                session._setupstate.teardown_exact(None)
    finally:
        session._setupstate = SetupState()
