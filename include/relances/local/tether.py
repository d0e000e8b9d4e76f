"""Ties a command to the life of the process that starts it.

A script of its own, run with ``python -IS``, nothing imported: it costs a few milliseconds, and it gives up
root *after* the interpreter was loaded, so that the user it becomes need not be able to read Python.

    tether.py <pid of the parent> <signal when the parent dies> <folder to work in> <user or -> <command>…
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_at_death: int, folder: str, user: str, command: list[str]) -> None:
    os.setsid()
    os.umask(0o077)  # whatever it writes is its owner's: ledgers, logs and pages hold personal data
    os.chdir(folder)
    if user != "-":
        become(user)
    # After the change of user, which would clear it; a parent that died before this line is seen right below.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_at_death) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent process is gone")
    os.execv(command[0], command)  # noqa: S606 - the command comes from our own code


def become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
