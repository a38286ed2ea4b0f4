"""End the process with status 0 while the file is loaded.

expect: scores 0 import
"""

import os


os._exit(0)
