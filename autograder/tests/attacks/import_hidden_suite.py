"""Import the hidden suite and the reference as modules, and take what is in them.

expect: refused EACCES ENOENT ModuleNotFoundError
canary: hidden
control: leaks
"""

import importlib.util
import os
import runpy
import sys

from trying import each


def _load(path):
    spec = importlib.util.spec_from_file_location("stolen", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)["SECRET"]


def _by_path(path):
    sys.path.insert(0, os.path.dirname(path))
    return __import__(os.path.basename(path).removesuffix(".py")).SECRET


def attack(x, places):
    return each(
        spec=lambda: _load(places["hidden"]),
        path=lambda: _by_path(places["hidden"]),
        run=lambda: runpy.run_path(places["hidden"])["SECRET"],
        reference=lambda: _load(places["reference"]),
    )
