"""Create, change, move and remove files outside the temporary folder.

expect: refused EACCES ENOENT EPERM EROFS EXDEV
control: writes
"""

import os
import shutil

from trying import each


def attack(x, places):
    folder, victim = places["outside"], places["victim"]
    here = os.environ["TMPDIR"]
    return each(
        create=lambda: open(f"{folder}/new.txt", "w").write("x"),
        append=lambda: open(victim, "a").write("x"),
        change=lambda: open(victim, "r+").write("x"),
        mkdir=lambda: os.mkdir(f"{folder}/new"),
        pipe=lambda: os.mkfifo(f"{folder}/pipe"),
        device=lambda: os.mknod(f"{folder}/device"),
        soft=lambda: os.symlink("/etc/passwd", f"{folder}/soft"),
        hard=lambda: os.link(victim, f"{folder}/hard"),
        rename=lambda: os.rename(victim, f"{folder}/other.txt"),
        take=lambda: os.rename(victim, f"{here}/victim.txt"),
        remove=lambda: os.unlink(victim),
        remove_folder=lambda: os.rmdir(f"{folder}/empty"),
        remove_tree=lambda: shutil.rmtree(folder),
        tmp=lambda: open("/tmp/planted-by-an-attack", "x"),
        shared=lambda: open("/dev/shm/planted-by-an-attack", "x"),
        root=lambda: open("/planted-by-an-attack", "x"),
    )
