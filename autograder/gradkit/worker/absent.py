"""Packages that are not there in a worker: they would do a question's work, or hold the data that it is graded with.

A file may still import one: what is imported and never used, as is usual at the top of a notebook, costs nothing. The
first use raises an error that says so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

# Whole packages, whose files cannot be read either. scikit-learn has the labels of the data that questions hold out.
PACKAGES = (
    "cupy",
    "cv2",
    "functorch",
    "jax",
    "keras",
    "numba",
    "onnx",
    "onnxruntime",
    "scipy",
    "skimage",
    "sklearn",
    "statsmodels",
    "tensorflow",
    "torchaudio",
    "torchvision",
    "transformers",
)
# Parts of torch that do nothing but write its operators and layers a second time.
REPEATED = (
    "torch._decomp",
    "torch._numpy",
    "torch._prims",
    "torch._refs",
    "torch.ao",
    "torch.jit._decompositions",
    "torch.nn.qat",
    "torch.nn.quantizable",
    "torch.nn.quantized",
    "torch.onnx",
    "torch.quantization",
    "torch.testing._internal",
)


def take_away() -> None:
    """Put an absent module in the place of each, loaded or not."""
    gone = {name for name in sys.modules if _is_gone(name)} | set(REPEATED)
    for name in gone:
        absent = _AbsentModule(name)
        sys.modules[name] = absent
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and not _is_gone(parent):
            setattr(sys.modules[parent], child, absent)
    sys.meta_path.insert(0, _Finder())


def _is_gone(name: str) -> bool:
    return any(f"{name}.".startswith(f"{root}.") for root in (*PACKAGES, *REPEATED))


class _AbsentModule(ModuleType):
    """A module in which every name is there, and none can be used."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return sys.modules.get(f"{self.__name__}.{name}") or _AbsentName(self.__name__)


class _AbsentName:
    """What was imported from an absent module."""

    def __init__(self, module: str) -> None:
        self._module = module

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        shown = self._module if self._module.startswith("torch.") else self._module.partition(".")[0]
        raise ModuleNotFoundError(f"{shown} is not available when graded", name=shown)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __call__ = __getitem__ = __iter__ = __enter__ = __mro_entries__ = __bool__ = _refuse


class _Finder(MetaPathFinder, Loader):
    """Finds an absent module wherever one of them is imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an absent module, or None for the others."""
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if _is_gone(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The absent module."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""
