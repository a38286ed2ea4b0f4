"""``python -m gradkit.check``: the command, where ``gradkit`` is not on the path."""

from gradkit.check.command import main

main()
