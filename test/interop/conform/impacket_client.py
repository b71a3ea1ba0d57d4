#!/usr/bin/python3
"""A client for the conformance suite: a WMI query by impacket, as its wmiquery.py does it.

    conform_impacket.py ADDRESS DOMAIN USER PASSWORD

Without arguments it says "ready", and then runs once for each line of that on stdin, and says "ok" or the error: so the
interpreter starts once.
"""
import sys

from impacket.dcerpc.v5.dcom import wmi
from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.dtypes import NULL

QUERY = 'SELECT * FROM Win32_OperatingSystem'


def run(address, domain, user, password):
    dcom = DCOMConnection(address, user, password, domain, oxidResolver=True)
    try:
        login = wmi.IWbemLevel1Login(dcom.CoCreateInstanceEx(wmi.CLSID_WbemLevel1Login, wmi.IID_IWbemLevel1Login))
        services = login.NTLMLogin('//./root/cimv2', NULL, NULL)
        login.RemRelease()
        enumerator = services.ExecQuery(QUERY)
        found = enumerator.Next(0xffffffff, 1)[0].getProperties()
        if 'Caption' not in found:
            raise RuntimeError('an object without its properties')
        enumerator.RemRelease()
        services.RemRelease()
    finally:
        dcom.disconnect()


def main():
    if len(sys.argv) > 1:
        run(*sys.argv[1:5])
        return
    print('ready', flush=True)
    for line in sys.stdin:
        try:
            run(*line.split())
            print('ok', flush=True)
        except Exception as error:  # whatever impacket raises is a failure of the run
            print(' '.join(str(error).split()) or type(error).__name__, flush=True)


main()
