"""As impacket_activate.py, by Kerberos: prints a line of JSON for each level.

    impacket_kerberos.py NAME ADDRESS REALM KDC LEVEL...     the account is op; its password comes on stdin, or, where
                                                             that is empty, its tickets from KRB5CCNAME
"""
import json
import socket
import sys

from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.krb5.kerberosv5 import KerberosError
from impacket.uuid import string_to_bin, uuidtup_to_bin

MMC20 = string_to_bin("49B2791A-B1AE-4C90-9B8E-E860BA07F889")
IID_IDISPATCH = uuidtup_to_bin(("00020400-0000-0000-C000-000000000046", "0.0"))

name, address, realm, kdc = sys.argv[1:5]

# The service name is made of what is connected to, so that the server needs a name, which no DNS knows here.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **options: resolve(address if host == name else host, *more, **options)


def activate(password, level):
    connection = None
    try:
        connection = DCOMConnection(name, "op", password, realm, authLevel=level, doKerberos=True, kdcHost=kdc)
        interface = connection.CoCreateInstanceEx(MMC20, IID_IDISPATCH)
        for _ in range(5):
            interface.RemRelease()
        connection.disconnect()
        return {"accepted": True}
    except (DCERPCException, KerberosError) as error:
        if connection is not None:
            connection.get_dce_rpc().disconnect()
        return {"accepted": False, "text": str(error)}


secret = sys.stdin.readline().rstrip("\n")
for argument in sys.argv[5:]:
    print(json.dumps({"level": int(argument), **activate(secret, int(argument))}), flush=True)
