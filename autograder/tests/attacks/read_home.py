"""Read what lies in the home folder of whoever grades: tokens and settings.

expect: refused EACCES ENOENT KeyError
canary: home
control: leaks
"""

import os
import pwd

from trying import each


def attack(x, places):
    home = places["home"]
    return each(
        netrc=lambda: open(f"{home}/.netrc").read(),
        token=lambda: open(f"{home}/.config/gh/hosts.yml").read(),
        listed=lambda: os.listdir(home),
        real_home=lambda: os.listdir(pwd.getpwuid(os.getuid()).pw_dir),
        roots_home=lambda: os.listdir("/root"),
    )
