"""The rehearsal leaves nothing behind but a warm process."""

import linecache
import sys

import torch

from gradkit.worker.rehearsal import rehearse


def test_a_rehearsal_leaves_no_trace() -> None:
    before = set(sys.meta_path), torch.get_rng_state()
    rehearse()
    assert "_rehearsal" not in sys.modules
    assert not [name for name in linecache.cache if "rehearsal" in name and not name.startswith("/")]
    assert set(sys.meta_path) == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])
