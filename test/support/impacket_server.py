"""IObjectExporter on impacket's own DCERPCServer: ServerAlive and ServerAlive2, at the address that is the argument.

Prints its port. impacket serves one connection after the other.
"""
import sys

from impacket.dcerpc.v5.dcomrt import ServerAlive2Response, ServerAliveResponse
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import DCERPCServer

IID_IObjectExporter = ("99fcfec4-5260-101b-bbcb-00aa0021347a", "0.0")


class Server(DCERPCServer):
    def __init__(self, address):
        DCERPCServer.__init__(self)
        self._listenAddress = address
        self.setListenPort(0)


def server_alive(_):
    answer = ServerAliveResponse()
    answer["ErrorCode"] = 0
    return answer.getData()


def server_alive2(_):
    answer = ServerAlive2Response()
    answer["pComVersion"]["MajorVersion"] = 5
    answer["pComVersion"]["MinorVersion"] = 7
    # One string binding and no security binding: ncacn_ip_tcp, this address.
    units = [7] + [ord(each) for each in sys.argv[1]] + [0, 0, 0]
    answer["ppdsaOrBindings"]["wNumEntries"] = len(units)
    answer["ppdsaOrBindings"]["wSecurityOffset"] = len(units) - 1
    answer["ppdsaOrBindings"]["aStringArray"] = units
    # Its declaration has a pointer here, which the wire has not: this writes four octets of zero.
    answer["pReserved"] = NULL
    answer["ErrorCode"] = 0
    return answer.getData()


server = Server(sys.argv[1])
port = server.getListenPort()
server.addCallbacks(IID_IObjectExporter, str(port), {3: server_alive, 5: server_alive2})
server._sock.listen(10)
print(port, flush=True)
server.run()
