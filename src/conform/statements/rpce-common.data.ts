/** [MS-RPCE] 3.1, what both protocol variants have in common. */
export const RPCE_COMMON = `
# 3.1.1.1.1 Security Context Handle
server must | A security context knows provider, identity, level and token of its client. | (state)
client must | A security context knows provider, identity and level. | (state)
# 3.1.1.1.2 Client Credential Handle
client must | Equal credential handles mean equal credentials. | (state)
# 3.1.1.1.3 Authorization Policy
server must | With RestrictRemoteClients 1 or 2 the endpoint mapper does not serve anonymous calls. | (config)
client should | The client can be told to authenticate to the endpoint mapper. | (option)
client must | It authenticates to the endpoint mapper only where the call itself is authenticated. | (unwritten)
server states | RestrictRemoteClients 0 checks nothing more. | (config)
server states | RestrictRemoteClients 1 takes anonymous calls of interfaces that allow them only. | (config)
server states | RestrictRemoteClients 2 takes no anonymous call. | (config)
server must | A call that these checks refuse gets a fault, and the connection is closed. | hardening/anonymous/*
# 3.1.1.4.1 Causal Ordering
server must | Calls of one connection are dispatched in their order. | rpce/3.3.1.5.8/several-calls-at-once
# 3.1.1.5.1.1 Extension in NDR Transfer Syntax
server states | An __int3264 is four octets in NDR. | (object)
# 3.1.1.5.2 Indicating Octet Stream as Invalid
client must | A stub that is invalid is reported as such. | dcom/3.2.4.1.2/truncated dcom/2.2.19/offset-beyond-end
server must | A stub that is invalid is refused. | rpce/3.1.3.5.2/bad-stub-data
# 3.1.1.5.3 Strict NDR/NDR64 Data Consistency Check
server should | Streams that are not consistent are refused. | rpce/3.1.1.5.3/conformance-mismatch
# 3.1.1.5.3.1 Correlation Validation
server must | Two values that are said to be equal are compared. | rpce/3.1.1.5.3/conformance-mismatch
# 3.1.1.5.3.2.1 Correlation Validation Checks
server should | The maximum count of an array equals the parameter that gives it. | rpce/3.1.1.5.3/conformance-mismatch
server should | The maximum count of a structure's array equals the field that gives it. | rpce/3.1.1.5.3/structure-conformance-mismatch
server should | The maximum count of an array equals its constant. | (object)
server should | The maximum count of a structure's array equals its constant. | (object)
server should | The offset of an array equals the parameter that gives it. | (object)
server should | The offset of a structure's array equals the field that gives it. | (object)
server should | The offset of an array is 0 where nothing gives it. | rpce/3.1.1.5.3/string-offset
server should | The actual count of an array equals the parameter that gives it. | (unwritten)
server should | The actual count of a structure's array equals the field that gives it. | (object)
server should | The maximum count of a string equals the parameter that gives it, and its offset is 0. | rpce/3.1.1.5.3/string-offset
server should | The tag of a union equals its discriminant. | (unwritten)
server must | Offset and actual count together do not exceed the maximum count. | rpce/3.1.1.5.3/actual-above-maximum rpce/3.1.1.5.3/actual-count-huge
# 3.1.1.5.3.2.2 Additional Limitations
server should | An array has at most 2^31 - 1 elements a dimension. | rpce/3.1.1.5.3/maximum-count-huge
server should | A strict context handle is not taken by a method of another interface. | (unwritten)
server must | A stub that ends too early is refused. | rpce/3.1.1.5.3/short-stub
server should | A value outside of its range is refused. | dcom/3.1.2.5.2.3.1/interfaces-range
server should | A pipe chunk outside of its range is refused. | (object)
server should | auto_handle is not accepted. | (interface)
server should | The contents of alignment gaps are ignored. | rpce/3.1.1.5.3/gaps-ignored
# 3.1.1.5.3.3.1 Additional Limitations
server should | A context handle of another type is refused. | (object)
server should | A NULL pointer to an array of a nonzero count is refused. | rpce/3.1.1.5.3/null-array
server should | The maximum count of an array is inside of its range. | dcom/3.1.2.5.2.3.1/interfaces-range
server should | The length of a string is inside of its range. | (object)
# 3.1.1.5.5 Returning Win32 Error Values
client must | The status of a fault is given to the application as its Win32 code. | (interface)
# 3.1.2.1.1 Server Binding Handle
client must | The binding handle keeps the credentials. | (state)
# 3.1.2.4.1 Set Server Binding Handle Client Credentials
client must | The credentials given are the ones used. | (unwritten)
client must | Without any, those of the running user are used. | (option)
# 3.1.2.5.1 Indicating Invalid Octet Stream on Client
client must | A stub that is invalid is reported. | dcom/3.2.4.1.2/truncated dcom/2.2.19/offset-beyond-end
# 3.1.2.7.1 Client Conformant Validation Processing for Response Data
client must | A maximum count above the one that was asked for is refused. | (unwritten)
client must | Offset and actual count beyond the size that was asked for are refused. | (unwritten)
client must | A string that is longer than was asked for is refused. | (option)
client must | An array of a structure that is longer than its field says is refused. | (unwritten)
# 3.1.3.1.1 Table of Security Providers
server must | The auth_type of a PDU chooses the security provider. | rpce/3.3.1.5.2.2/call-at-pkt-integrity-*
# 3.1.3.3.1 Delay Use of Protocol Sequences on the Endpoint Mapper
client must | A protocol sequence at which nobody listens may still be supported. | (option)
# 3.1.3.4.1 Retrieve Protocol Sequence
server must | An application can ask for the protocol sequence. | (interface)
# 3.1.3.4.2 Adding Elements to the Table of Security Providers
server must | An application registers valid providers only. | (interface)
# 3.1.3.5.2 Indicating Invalid Octet Stream in Server
server must | An invalid stub gives the fault 0x000006f7. | rpce/3.1.3.5.2/bad-stub-data
# 3.1.3.5.3 Interpretation of Tower Encodings
server must | The network address of a tower that is asked for is ignored. | epm/3.1.3.5.3/address-is-ignored
server should | A tower of more than six floors is refused. | epm/3.1.3.5.3/too-many-floors
`;
