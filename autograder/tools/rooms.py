"""Print the engine's packages with their size and layer, and fail if one breaks a rule.

The rules: no package contains more than 11 % of the engine's lines; there are no circular imports at module level; each
package is listed in the layers of pyproject.toml; no two modules have the same name.

Usage: ``python autograder/tools/rooms.py [ROOT]``. ROOT is the root of a checkout, by default this one.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ENGINE = "gradkit"
LARGEST = 0.11
# Modules of these packages are named after others on purpose: a command after what it calls (`cli.grade`,
# `grading.grade`), a page after what it shows (`pages.submission`, `intake.submission`).
NAMED_AFTER_OTHERS = ("cli", "pages")
_SPECIAL = ("__init__", "__main__")

Modules = Mapping[str, ast.Module]


def read_modules(folder: Path) -> tuple[dict[str, ast.Module], dict[str, int]]:
    """The engine's modules by dotted name, and the number of lines of each."""
    modules, lines = {}, {}
    for path in sorted(folder.rglob("*.py")):
        name = ".".join((ENGINE, *path.relative_to(folder).with_suffix("").parts))
        text = path.read_text(encoding="utf-8")
        modules[name], lines[name] = ast.parse(text), len(text.splitlines())
    return modules, lines


def package_of(module: str) -> str:
    """The engine's subpackage that a module is in, or the module's own name if it is in none."""
    parts = module.split(".")
    return ENGINE if parts[1] in _SPECIAL else parts[1]


def layers(pyproject: Path) -> dict[str, int]:
    """The layer of each package in the import contract, 1 at the top."""
    contracts = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {
        name.strip().removeprefix(f"{ENGINE}."): number for number, row in enumerate(rows, 1) for name in row.split("|")
    }


def imports(modules: Modules) -> dict[str, set[str]]:
    """The engine's modules that each module imports at its top level."""
    return {name: set(_imported(tree, modules)) - {name} for name, tree in modules.items()}


def _imported(tree: ast.Module, modules: Modules) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                candidates = (f"{node.module}.{alias.name}", node.module, f"{node.module}.__init__")
                yield from [name for name in candidates if name in modules][:1]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A cycle of imports, its first module repeated at the end; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def repeated_names(modules: Modules) -> dict[str, list[str]]:
    """Module names that occur more than once, except in NAMED_AFTER_OTHERS, with the modules."""
    named = defaultdict(list)
    for module in modules:
        *_, package, name = module.split(".")
        if name not in _SPECIAL and package not in NAMED_AFTER_OTHERS:
            named[name].append(module)
    return {name: found for name, found in named.items() if len(found) > 1}


def faults(modules: Modules, sizes: Mapping[str, int], places: Mapping[str, int]) -> Iterator[str]:
    """One sentence for each broken rule."""
    whole = sum(sizes.values())
    for package, size in sizes.items():
        if size > LARGEST * whole:
            yield f"{package} has {size / whole:.1%} of the engine's lines; the limit is {LARGEST:.0%}. Split it."
        if package != ENGINE and package not in places:
            yield f"{package} is missing from the layers in pyproject.toml."
    if found := circle(imports(modules)):
        yield f"Circular import: {' <- '.join(found)}."
    for name, found in repeated_names(modules).items():
        yield f"Modules with the same name: {', '.join(found)}. Name {name} after what each does."


def main(root: Path) -> int:
    """Print the table, and the faults to standard error; return the number of faults."""
    modules, lines = read_modules(root / "autograder" / ENGINE)
    places = layers(root / "pyproject.toml")
    sizes: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for module, length in lines.items():
        sizes[package_of(module)] += length
        counts[package_of(module)] += not module.endswith(".__init__")
    whole = sum(sizes.values())
    print(f"{'package':<14}{'modules':>8}{'lines':>8}{'share':>8}{'layer':>7}")  # noqa: T201 - this is a command
    for package in sorted(sizes, key=lambda package: places.get(package, 0)):
        row = f"{package:<14}{counts[package]:>8}{sizes[package]:>8}{sizes[package] / whole:>8.1%}"
        print(f"{row}{places.get(package, '-'):>7}")  # noqa: T201 - this is a command
    print(f"{'all':<14}{sum(counts.values()):>8}{whole:>8}")  # noqa: T201 - this is a command
    found = list(faults(modules, sizes, places))
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - this is a command
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).resolve().parents[2]), 1))
