"""Packages that are absent in a worker: they would do a question's work, or contain its grading data.

A file may still import one: unused imports, common at the top of notebooks, do no harm. The first use raises an error
that says so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

# Whole packages, whose files cannot be read either. scikit-learn has the labels of held-out data.
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
# Parts of torch that only implement its operators and layers a second time.
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
    """Replace each by an absent module, loaded or not."""
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
    """A module in which every name exists, but none can be used."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return sys.modules.get(f"{self.__name__}.{name}") or _AbsentName(self.__name__)


class _AbsentName:
    """A name imported from an absent module."""

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
    """Finds absent modules when they are imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of an absent module, or None for others."""
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if _is_gone(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The absent module."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing."""
