"""Gives a stopped domain controller a new invocation id, as a proper restore from backup does.

Usage: python3 samba-epoch.py SMB_CONF
"""

import sys
import uuid

import ldb
from samba.auth import system_session
from samba.dcerpc import misc
from samba.ndr import ndr_pack
from samba.param import LoadParm
from samba.samdb import SamDB


def main(smb_conf):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    change = ldb.Message(ldb.Dn(directory, directory.get_dsServiceName()))
    new = ndr_pack(misc.GUID(str(uuid.uuid4())))
    change["invocationId"] = ldb.MessageElement(new, ldb.FLAG_MOD_REPLACE, "invocationId")
    directory.modify(change, ["relax:0"])


main(*sys.argv[1:])
