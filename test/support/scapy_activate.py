"""Activates MMC20.Application by scapy and releases it: HOST TYPE LEVEL, the password on stdin; one line of JSON."""
import json
import logging
import sys
import uuid

logging.getLogger('scapy').setLevel(logging.CRITICAL)
from scapy.layers.dcerpc import DCE_C_AUTHN_LEVEL, find_com_interface  # noqa: E402
from scapy.layers.msrpce.msdcom import DCOM_Client  # noqa: E402
from scapy.layers.ntlm import MD4le, NTLMSSP  # noqa: E402
from scapy.layers.spnego import SPNEGOSSP  # noqa: E402

host, kind, level = sys.argv[1:4]
ntlm = NTLMSSP(UPN='LAB\\op', HASHNT=MD4le(sys.stdin.readline().rstrip('\n')))
ssp = ntlm if kind == 'ntlm' else SPNEGOSSP([ntlm])
client = DCOM_Client(ssp=ssp, auth_level=DCE_C_AUTHN_LEVEL(int(level)), verb=False)
try:
    client.connect(host)
    unknown = find_com_interface('IRemUnknown2')
    instance = client.RemoteCreateInstance(uuid.UUID('49b2791a-b1ae-4c90-9b8e-e860ba07f889'), [find_com_interface('IUnknown')])
    instance.release()
    print(json.dumps({'accepted': True}))
except Exception as error:  # noqa: BLE001
    print(json.dumps({'accepted': False, 'text': f'{type(error).__name__}: {error}'}))
