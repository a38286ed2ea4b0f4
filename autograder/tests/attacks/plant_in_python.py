"""Leave code behind where the next student's process, or the grader itself, would import it.

expect: refused EACCES ENOENT EROFS EPERM
"""

import os
import site
import sysconfig

import torch
from trying import each


def attack(x, places):
    folders = {
        "packages": sysconfig.get_path("purelib"),
        "library": sysconfig.get_path("stdlib"),
        "torch": os.path.dirname(torch.__file__),
        "cache": os.path.join(os.path.dirname(torch.__file__), "__pycache__"),
        "user": site.getusersitepackages(),
        "system": "/usr/lib",
    }
    return each(
        **{
            name: lambda folder=folder: open(f"{folder}/planted_by_an_attack.pth", "x")
            for name, folder in folders.items()
        }
    )
