"""The conditions that a student's file runs under, the same in grading and in `gradkit check`.

One loader, one replacement for standard output, one list of rules, and one check of global switches. The worker and
`gradkit check` both use them, so that what loads at home loads in grading. The package is in the wheel that students
install, and imports of gradkit only `messages`.
"""

from collections.abc import Mapping
from types import MappingProxyType

# The environment in which torch.jit and torch.compile return the plain function: compiled code would do an operator's
# work in other operators, and needs a compiler. PyTorch reads the first variable while it is imported.
EAGER: Mapping[str, str] = MappingProxyType(
    {"PYTORCH_JIT": "0", "TORCHDYNAMO_DISABLE": "1", "TORCH_COMPILE_DISABLE": "1"}
)

SEED = 0x67726164  # set before a file is loaded; unusual, so that a seed set by the file is detected
