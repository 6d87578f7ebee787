"""Copies a domain controller's databases while it runs, holding their write lock so that no half-done write is copied.

Usage: python3 samba-copy.py SMB_CONF TARGET_DIRECTORY SOURCE...
"""

import subprocess
import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB


def main(smb_conf, target, sources):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    directory.transaction_start()
    try:
        subprocess.run(["cp", "-a", "--", *sources, target], check=True)
    finally:
        directory.transaction_cancel()


main(sys.argv[1], sys.argv[2], sys.argv[3:])
