"""Answer the first test while the file is still being loaded.

expect: scores 0 import
"""

from forging import send


send(["loaded", "", [None, []], []])
send(["observed", "", None, []])
