"""Make a module from source bytes, without a path to any folder.

The student's files arrive over the wire. Helper modules beside the assignment's are importable too, but a finder at
the very end of ``sys.meta_path`` serves them, so that a ``torch.py`` or ``json.py`` among them shadows nothing.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import linecache
import sys
import tokenize
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from types import CodeType, ModuleType


class SourceLoader(Loader):
    """Executes one source file that was sent as bytes."""

    def __init__(self, filename: str, source: bytes) -> None:
        self.filename = filename
        self.source = source

    def get_code(self, _name: str) -> CodeType:
        """Compile the source; tracebacks will name its bare file name and show its lines."""
        # The student's module decides its own future imports, not this one.
        return compile(self.source, self.filename, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's body."""
        remember_lines(self.filename, self.source)
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102 - running the student's code is the job


class SourceFinder(MetaPathFinder):
    """Finds the modules of a submission by name, after everything that is installed."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self.sources = {name.removesuffix(".py"): (name, source) for name, source in sources.items()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of one of the submission's modules, or None."""
        del path, target
        if fullname not in self.sources:
            return None
        return importlib.util.spec_from_loader(fullname, SourceLoader(*self.sources[fullname]))


def load_module(filename: str, sources: Mapping[str, bytes]) -> ModuleType:
    """Load ``filename`` from ``sources``, under its own name but outside ``sys.modules``' way.

    Raises:
        BaseException: whatever the module's body raises.
    """
    name = filename.removesuffix(".py")
    spec = importlib.util.spec_from_loader(name, SourceLoader(filename, sources[filename]))
    if spec is None or spec.loader is None:
        raise ImportError(f"no loader for {filename}")
    module = importlib.util.module_from_spec(spec)
    # Pickle, dataclasses and annotations look a class's module up by name; an installed module of that name stays.
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


def remember_lines(filename: str, source: bytes) -> None:
    """Let tracebacks show the source's lines, though there is no file."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return
    linecache.cache[filename] = (len(source), None, text.splitlines(keepends=True), filename)
