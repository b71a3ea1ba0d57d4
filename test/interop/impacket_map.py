"""impacket's ept_map at each authentication level; one line of JSON for each on standard output."""
import json
import sys

from impacket.dcerpc.v5 import epm, transport
from impacket.uuid import uuidtup_to_bin

host, user, password, uuid, version, *levels = sys.argv[1:]
for level in map(int, levels):
    binding = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[135]" % host)
    binding.set_credentials(user, password, "LAB")
    connection = binding.get_dce_rpc()
    if level > 1:
        connection.set_auth_level(level)
    connection.connect()
    answer = {"level": level}
    try:
        answer["binding"] = epm.hept_map(host, uuidtup_to_bin((uuid, version)), protocol="ncacn_ip_tcp", dce=connection)
    except Exception as error:
        answer["error"] = str(error)
    print(json.dumps(answer), flush=True)
    connection.disconnect()
