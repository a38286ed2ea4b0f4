"""Run one of pytest's items, and start afresh after a run that did not get to its end.

These are the only internals of pytest that gradkit uses. pytest has one public way to run items, once each in the order
of their collection; a suite is run again for every submission. So its own function for one item is called here, and
what it keeps between two items (the stack of modules and fixtures that are set up) is put back where it must be.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from _pytest.outcomes import OutcomeException
from _pytest.runner import SetupState, runtestprotocol


def run_item(item: pytest.Function, following: pytest.Function | None) -> None:
    """Set up, call and tear down; what ``following`` needs too stays set up."""
    runtestprotocol(item, log=False, nextitem=following)


def start_afresh(session: pytest.Session) -> None:
    """Tear down whatever is still set up, so that any item may come next.

    Call it when a run stops before its last item: what stays set up for the following one is in the way of every other.
    A fixture that fails here fails after the fault that stopped the run, which is the one to tell.
    """
    try:
        while session._setupstate.stack:
            with suppress(Exception, OutcomeException):
                session._setupstate.teardown_exact(None)
    finally:
        session._setupstate = SetupState()
