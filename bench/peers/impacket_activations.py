"""Activations a second with impacket: impacket_activations.py HOST PORT COUNT one|each DOMAIN USER; the password comes on stdin.

Its DCOMConnection knows port 135 alone, so the connection is made by hand and the rest is IRemoteSCMActivator of dcomrt.
"""
import sys
import time

from impacket.dcerpc.v5 import transport
from impacket.dcerpc.v5.dcomrt import IID_IRemoteSCMActivator, IRemoteSCMActivator
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_LEVEL_PKT_INTEGRITY
from impacket.uuid import string_to_bin, uuidtup_to_bin

MMC20 = string_to_bin("49B2791A-B1AE-4C90-9B8E-E860BA07F889")
IID_IDISPATCH = uuidtup_to_bin(("00020400-0000-0000-C000-000000000046", "0.0"))


def connect(host, port, domain, user, password):
    rpc = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%s]" % (host, port))
    rpc.set_credentials(user, password, domain)
    dce = rpc.get_dce_rpc()
    dce.set_auth_level(RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
    dce.connect()
    dce.bind(IID_IRemoteSCMActivator)
    # RemoteCreateInstance binds by itself each time, which a connection takes only once.
    dce.bind = lambda *_args, **_options: None
    return dce


host, port, count, how, domain, user = sys.argv[1:7]
password = sys.stdin.readline().rstrip("\n")
started = time.monotonic()
dce = connect(host, port, domain, user, password) if how == "one" else None
for _ in range(int(count)):
    each = dce or connect(host, port, domain, user, password)
    IRemoteSCMActivator(each).RemoteCreateInstance(MMC20, IID_IDISPATCH)
    if dce is None:
        each.disconnect()
print(int(count) / (time.monotonic() - started))
