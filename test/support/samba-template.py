"""Fills a freshly provisioned domain with the OUs and the service account that Muster's tests start from.

Usage: python3 samba-template.py SMB_CONF MUSTER_USER MUSTER_PASSWORD OU_DN...
The first OU is the managed one: the account may create, change and delete users there and nowhere else.
"""

import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

USER_CLASS = "bf967aba-0de6-11d0-a285-00aa003049e2"  # schemaIDGUID of user, MS-ADSC 2.263
PASSWORD_NEVER_EXPIRES = 0x10200  # NORMAL_ACCOUNT | DONT_EXPIRE_PASSWORD: a cached template grows old


def main(smb_conf, name, password, ous):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    domain = directory.domain_dn()
    account = "CN=%s,CN=Users,%s" % (name, domain)
    directory.transaction_start()
    for ou in ous:
        directory.add({"dn": ou, "objectClass": "organizationalUnit"})
    directory.add(
        {
            "dn": account,
            "objectClass": "user",
            "sAMAccountName": name,
            "userPrincipalName": "%s@%s" % (name, directory.domain_dns_name()),
            "userAccountControl": str(PASSWORD_NEVER_EXPIRES),
            "unicodePwd": ('"%s"' % password).encode("utf-16-le"),
        }
    )
    found = directory.search(account, ldb.SCOPE_BASE, attrs=["objectSid"])
    sid = ndr_unpack(security.dom_sid, found[0]["objectSid"][0])
    descriptors = SDUtils(directory)
    # What an administrator gives with the Delegation of Control wizard: create and delete user objects, and
    # full control over them. Domain Admins would be protected (adminCount=1) and would hide missing rights.
    descriptors.dacl_add_ace(ous[0], "(OA;CI;CCDC;%s;;%s)" % (USER_CLASS, sid))
    descriptors.dacl_add_ace(ous[0], "(OA;CIIO;GA;;%s;%s)" % (USER_CLASS, sid))
    directory.transaction_commit()


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
