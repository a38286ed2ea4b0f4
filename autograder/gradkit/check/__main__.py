"""``python -m gradkit.check``: the command, where ``gradkit`` is not on the path."""

from gradkit.check.app import main

main()
