"""Activates a class with impacket at each authentication level that is given, and prints a line of JSON for each.

    impacket_activate.py HOST LEVEL...        the account is LAB\\op, its password comes on stdin
"""
import json
import sys

from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.uuid import bin_to_string, string_to_bin, uuidtup_to_bin

MMC20 = string_to_bin("49B2791A-B1AE-4C90-9B8E-E860BA07F889")
IID_IDISPATCH = uuidtup_to_bin(("00020400-0000-0000-C000-000000000046", "0.0"))


def activate(host, password, level):
    connection = DCOMConnection(host, "op", password, "LAB", authLevel=level)
    try:
        interface = connection.CoCreateInstanceEx(MMC20, IID_IDISPATCH)
    except DCERPCException as error:
        # Without an interface, DCOMConnection.disconnect has nothing to forget and fails.
        connection.get_dce_rpc().disconnect()
        return {"accepted": False, "code": error.get_error_code(), "text": str(error)}
    # It was given five references, and each RemRelease of impacket gives one back.
    for _ in range(5):
        interface.RemRelease()
    connection.disconnect()
    return {"accepted": True, "ipid": bin_to_string(interface.get_iPid()).lower(), "oxid": hex(interface.get_oxid())}


secret = sys.stdin.readline().rstrip("\n")
for argument in sys.argv[2:]:
    print(json.dumps({"level": int(argument), **activate(sys.argv[1], secret, int(argument))}), flush=True)
