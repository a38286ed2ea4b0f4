"""The conditions that a student's file runs under: the same when it is graded and in `gradkit check`.

One loader, one stand-in for standard output, one list of what is not allowed, and one look at the switches that a file
turns. The worker and `gradkit check` both use them, so that what loads at home loads when graded. The package is in the
wheel that students install, and imports nothing of gradkit.
"""

from collections.abc import Mapping
from types import MappingProxyType

# The environment in which torch.jit and torch.compile give back the plain function: compiled code would do an
# operator's work in other ones, and needs a compiler. PyTorch reads the first while it is imported.
EAGER: Mapping[str, str] = MappingProxyType(
    {"PYTORCH_JIT": "0", "TORCHDYNAMO_DISABLE": "1", "TORCH_COMPILE_DISABLE": "1"}
)

SEED = 0x67726164  # before a file is loaded; an unusual one, so that it is seen when the file sets another
