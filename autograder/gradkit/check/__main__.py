"""``python -m gradkit.check``: the command line, if ``gradkit`` is not on the path."""

from gradkit.check.command import main

main()
