"""impacket's ntlmrelayx, from HTTP and SMB to RPC: ntlmrelayx.py ATTACKER TARGET HTTP_PORT SMB_PORT [--remove-target]

Prints "ready" when it listens, what it says of relays afterwards, and ends when its input does. It does nothing on the
target beyond logging on: the attack that would follow is left out. All connections that it makes come from ATTACKER.
"""

import logging
import os
import shutil
import socket
import socketserver
import sys
import tempfile
import threading

attacker, target, http_port, smb_port, *options = sys.argv[1:]
for address in (attacker, target):
    if not address.startswith("127."):
        sys.exit(f"{address} is not on this machine")
# The server of SMB keeps a log where it runs.
folder = tempfile.mkdtemp()
os.chdir(folder)


class FromAttacker(socket.socket):
    def connect(self, address):
        self.bind((attacker, 0))
        return super().connect(address)


socket.socket = FromAttacker

from impacket.examples.ntlmrelayx.clients.rpcrelayclient import RPCRelayClient  # noqa: E402
from impacket.examples.ntlmrelayx.servers.httprelayserver import HTTPRelayServer  # noqa: E402
from impacket.examples.ntlmrelayx.servers.smbrelayserver import SMBRelayServer  # noqa: E402
from impacket.examples.ntlmrelayx.utils.config import NTLMRelayxConfig  # noqa: E402
from impacket.examples.ntlmrelayx.utils.targetsutils import TargetsProcessor  # noqa: E402

logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)


class NoAttack(threading.Thread):
    def __init__(self, config, client, username):
        super().__init__()


def listens(server, port):
    config = NTLMRelayxConfig()
    config.setProtocolClients({"RPC": RPCRelayClient})
    config.setTargets(TargetsProcessor(singleTarget=f"rpc://{target}", protocolClients={"RPC": RPCRelayClient}))
    config.setAttacks({"RPC": NoAttack})
    config.setMode("RELAY")
    config.setInterfaceIp(attacker)
    config.setListeningPort(int(port))
    config.setDisableMulti(True)
    config.setSMB2Support(True)
    config.setRPCOptions("TSCH", False, "", None, None)
    config.remove_target = "--remove-target" in options
    listening = server(config)
    listening.start()
    return listening


# The connections of an earlier run may still be in TIME-WAIT.
socketserver.TCPServer.allow_reuse_address = True
servers = [listens(HTTPRelayServer, http_port), listens(SMBRelayServer, smb_port)]
while True:
    if not all(server.is_alive() for server in servers):
        sys.exit("a server of ntlmrelayx has ended before it could be reached")
    try:
        for port in (http_port, smb_port):
            socket.create_connection((attacker, int(port)), 1).close()
        break
    except OSError:
        threading.Event().wait(0.05)
print("ready", flush=True)
sys.stdin.read()
shutil.rmtree(folder, ignore_errors=True)
os._exit(0)
