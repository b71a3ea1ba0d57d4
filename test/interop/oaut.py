"""Packs and unpacks IDispatch stubs with impacket. Each line of the input is `kind hex` or `kind JSON`; each line of the
output is JSON: what was packed as hex, or what a stub holds with the octets that impacket packs that to again."""

import json
import sys

from impacket.dcerpc.v5.dcom import oaut
from impacket.dcerpc.v5.dtypes import NULL
from impacket.uuid import string_to_bin

IID_NULL = bytes(16)
CID = string_to_bin("93DB879A-5AEB-4F84-97BE-637A19B65B22")
MEMBERS = {
    oaut.VARENUM.VT_I2: "iVal",
    oaut.VARENUM.VT_I4: "lVal",
    oaut.VARENUM.VT_I8: "llVal",
    oaut.VARENUM.VT_UI2: "uiVal",
    oaut.VARENUM.VT_UI4: "ulVal",
    oaut.VARENUM.VT_UI8: "ullVal",
    oaut.VARENUM.VT_INT: "intVal",
    oaut.VARENUM.VT_R4: "fltVal",
    oaut.VARENUM.VT_R8: "dblVal",
    oaut.VARENUM.VT_DATE: "date",
    oaut.VARENUM.VT_BOOL: "boolVal",
}


def request(kind):
    call = kind()
    call["ORPCthis"]["version"]["MajorVersion"] = 5
    call["ORPCthis"]["version"]["MinorVersion"] = 7
    call["ORPCthis"]["flags"] = 0
    call["ORPCthis"]["cid"] = CID
    call["ORPCthis"]["extensions"] = NULL
    return call


def variant(vt, value):
    """As dcomexec.py makes them, with its constant clSize."""
    made = oaut.VARIANT(None, False)
    made["clSize"] = 5
    made["vt"] = vt
    made["_varUnion"]["tag"] = vt
    if vt == oaut.VARENUM.VT_BSTR:
        made["_varUnion"]["bstrVal"]["asData"] = value
    elif vt in MEMBERS:
        made["_varUnion"][MEMBERS[vt]] = value
    return made


def content(read):
    vt = read["vt"]
    if vt == oaut.VARENUM.VT_BSTR:
        return vt, read["_varUnion"]["bstrVal"]["asData"]
    if vt == oaut.VARENUM.VT_DISPATCH:
        return vt, b"".join(read["_varUnion"]["pdispVal"]["abData"]).hex()
    return vt, read["_varUnion"][MEMBERS[vt]] if vt in MEMBERS else None


def pack_invoke(arguments):
    call = request(oaut.IDispatch_Invoke)
    call["dispIdMember"] = 54
    call["riid"] = IID_NULL
    call["lcid"] = 0x409
    call["dwFlags"] = 1
    params = oaut.DISPPARAMS(None, False)
    params["rgdispidNamedArgs"] = NULL
    params["cArgs"] = len(arguments)
    params["cNamedArgs"] = 0
    for vt, value in arguments:
        params["rgvarg"].append(variant(vt, value))
    call["pDispParams"] = params
    call["cVarRef"] = 0
    call["rgVarRefIdx"] = []
    call["rgVarRef"] = []
    return {"hex": call.getData().hex()}


def pack_names(names):
    call = request(oaut.IDispatch_GetIDsOfNames)
    call["riid"] = IID_NULL
    for name in names:
        text = oaut.LPOLESTR()
        text["Data"] = name + "\0"
        call["rgszNames"].append(text)
    call["cNames"] = len(names)
    call["lcid"] = 0
    return {"hex": call.getData().hex()}


def unpack_invoke(stub):
    call = oaut.IDispatch_Invoke(stub)
    arguments = [content(each) for each in call["pDispParams"]["rgvarg"]]
    return {"member": call["dispIdMember"], "arguments": arguments, "again": call.getData().hex()}


def unpack_result(stub):
    answer = oaut.IDispatch_InvokeResponse(stub)
    return {"result": content(answer["pVarResult"]), "scode": answer["pExcepInfo"]["scode"]}


def unpack_ids(stub):
    return {"ids": list(oaut.IDispatch_GetIDsOfNamesResponse(stub)["rgDispId"])}


for line in sys.stdin:
    name, rest = line.rstrip("\n").split(" ", 1)
    argument = json.loads(rest) if name.startswith("pack_") else bytes.fromhex(rest)
    print(json.dumps(globals()[name](argument)), flush=True)
