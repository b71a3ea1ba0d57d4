"""Rows a second with impacket: impacket_rows.py HOST COUNT DOMAIN USER QUERY; the password comes on stdin. Login and
query are not counted."""
import sys
import time

from impacket.dcerpc.v5.dcom import wmi
from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_LEVEL_PKT_INTEGRITY

host, count, domain, user, query = sys.argv[1:6]
password = sys.stdin.readline().rstrip("\n")
dcom = DCOMConnection(host, user, password, domain, authLevel=RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
try:
    login = wmi.IWbemLevel1Login(dcom.CoCreateInstanceEx(wmi.CLSID_WbemLevel1Login, wmi.IID_IWbemLevel1Login))
    services = login.NTLMLogin("//./root/bench", NULL, NULL)
    rows = services.ExecQuery(query)
    started = time.monotonic()
    for _ in range(int(count)):
        rows.Next(0xFFFFFFFF, 1)[0].getProperties()
    print(int(count) / (time.monotonic() - started))
finally:
    dcom.disconnect()
