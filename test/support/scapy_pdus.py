"""Prints the PDUs that scapy finds in captures, a line of JSON each."""

import json
import sys

from scapy.all import TCP, bind_layers, conf, sniff
from scapy.layers.dcerpc import DceRpc, DceRpc5, DceRpcSession

conf.logLevel = 50
bind_layers(TCP, DceRpc, sport=135)
bind_layers(TCP, DceRpc, dport=135)
for path in sys.argv[1:]:
    for packet in sniff(offline=path, session=DceRpcSession):
        if DceRpc5 in packet:
            pdu = packet[DceRpc5]
            print(json.dumps({"path": path, "ptype": pdu.ptype, "call_id": pdu.call_id, "little_endian": pdu.endian == 1}))
