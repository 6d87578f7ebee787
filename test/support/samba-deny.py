"""Takes rights on one object from Muster's service account by a deny entry in front of all others, or puts the old entries back.

Usage: python3 samba-deny.py SMB_CONF DN RIGHTS   (SDDL rights such as LC, or WP;GUID for one attribute; prints the old descriptor)
       python3 samba-deny.py SMB_CONF DN --restore SDDL
"""

import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils


def main(smb_conf, dn, rights, sddl=None):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    descriptors = SDUtils(directory)
    if rights == "--restore":
        descriptors.modify_sd_on_dn(dn, sddl)
        return
    found = directory.search(directory.domain_dn(), ldb.SCOPE_SUBTREE, "(sAMAccountName=muster)", ["objectSid"])
    sid = ndr_unpack(security.dom_sid, found[0]["objectSid"][0])
    old = descriptors.get_sd_as_sddl(dn)
    first = old.index("(", old.index("D:"))
    kind, _, attribute = rights.partition(";")
    entry = "(%s;;%s;%s;;%s)" % ("OD" if attribute else "D", kind, attribute, sid)
    descriptors.modify_sd_on_dn(dn, old[:first] + entry + old[first:])
    print(old)


main(*sys.argv[1:])
