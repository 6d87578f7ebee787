"""Adds many users to a domain's database in one transaction, while its controller may be running.

Usage: python3 samba-users.py SMB_CONF < users.json
Each user: {"name", "parent", "password" or null, "attributes": {name: [value, ...]}}.
"""

import json
import sys

import ldb
from samba import dsdb
from samba.auth import system_session
from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samdb import SamDB

# The Kerberos keys of one password cost 28 ms; storing only the NT hash costs nothing and is enough to bind with. The
# control also lets pwdLastSet have any value.
HASH_GIVEN = ["local_oid:%s:0" % dsdb.DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID]


def main(smb_conf, users):
    settings = LoadParm()
    settings.load(smb_conf)
    directory = SamDB(session_info=system_session(), lp=settings)
    directory.transaction_start()
    for user in users:
        name = ldb.Dn(directory, "CN=replaced")
        name.set_component(0, "CN", user["name"])
        name.add_base(ldb.Dn(directory, user["parent"]))
        entry = {"dn": name, **user["attributes"]}
        if user["password"] is not None:
            credentials = Credentials()
            credentials.set_password(user["password"])
            entry["unicodePwd"] = bytes(credentials.get_nt_hash())
        directory.add(entry, controls=HASH_GIVEN)
    directory.transaction_commit()


main(sys.argv[1], json.load(sys.stdin))
