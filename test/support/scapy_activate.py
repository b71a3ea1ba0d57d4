"""Activates MMC20.Application by scapy and releases it, and prints a line of JSON for each level.

    scapy_activate.py HOST TYPE LEVEL...     the account is LAB\\op, its password comes on stdin. TYPE is ntlm, spnego,
                                             or one of these by Kerberos: kerberos,SERVICE,KDC or kerberos-spnego,…
"""
import json
import logging
import sys
import uuid

logging.getLogger('scapy').setLevel(logging.CRITICAL)
from scapy.layers.dcerpc import DCE_C_AUTHN_LEVEL, find_com_interface  # noqa: E402
from scapy.layers.msrpce.msdcom import DCOM_Client  # noqa: E402
from scapy.layers.kerberos import KerberosSSP  # noqa: E402
from scapy.layers.ntlm import MD4le, NTLMSSP  # noqa: E402
from scapy.layers.spnego import SPNEGOSSP  # noqa: E402

host, kind = sys.argv[1:3]
kind, *where = kind.split(',')
secret = sys.stdin.readline().rstrip('\n')


def provider():
    if where:
        service, kdc = where
        mechanism = KerberosSSP(UPN='op@LAB.EXAMPLE', PASSWORD=secret, SPN=service, DC_IP=kdc)
    else:
        mechanism = NTLMSSP(UPN='LAB\\op', HASHNT=MD4le(secret))
    return SPNEGOSSP([mechanism]) if kind.endswith('spnego') else mechanism


def activate(level):
    client = DCOM_Client(ssp=provider(), auth_level=DCE_C_AUTHN_LEVEL(level), verb=False)
    try:
        client.connect(host)
        find_com_interface('IRemUnknown2')
        instance = client.RemoteCreateInstance(uuid.UUID('49b2791a-b1ae-4c90-9b8e-e860ba07f889'), [find_com_interface('IUnknown')])
        instance.release()
        return {'accepted': True}
    except Exception as error:  # noqa: BLE001
        return {'accepted': False, 'text': f'{type(error).__name__}: {error}'}


for argument in sys.argv[3:]:
    print(json.dumps({'level': int(argument), **activate(int(argument))}), flush=True)
