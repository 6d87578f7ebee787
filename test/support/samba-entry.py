"""Puts entries for Muster's service account in front of all others in the access list of one object.

Usage: python3 samba-entry.py SMB_CONF DN ENTRY...   (SDDL with SID for the account, such as (OD;CI;WP;GUID;GUID;SID); prints the old descriptor)
"""

import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils


def main(smb_conf, dn, *entries):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    descriptors = SDUtils(directory)
    found = directory.search(directory.domain_dn(), ldb.SCOPE_SUBTREE, "(sAMAccountName=muster)", ["objectSid"])
    sid = str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))
    old = descriptors.get_sd_as_sddl(dn)
    first = old.index("(", old.index("D:"))
    descriptors.modify_sd_on_dn(dn, old[:first] + "".join(entries).replace("SID", sid) + old[first:])
    print(old)


main(*sys.argv[1:])
