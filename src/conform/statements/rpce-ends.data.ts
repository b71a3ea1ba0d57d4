/** [MS-RPCE] 3.3.2 and 3.3.3, client and server of connection-oriented RPC. */
export const RPCE_ENDS = `
# 3.3.2 Client Details
client states | An error that no state provides for closes the connection. | c706/12.6.4/unknown-pdu rpce/3.3.2.7.1/*
client must | All fragments of a request are sent before the next request. | rpce/3.3.1.5.8/one-call-after-the-other
client must | Without multiplexing a request waits for the answer before. | rpce/3.3.1.5.8/one-call-after-the-other rpce/3.3.1.5.8/server-without-multiplexing
# 3.3.2.1.1 Idle Connection Cleanup Enabled
client must | Idle connections are kept unless the application wants them closed. | (state)
# 3.3.2.1.2 Association Active Context Handle Count
client should | The count of context handles does not overflow. | (state)
# 3.3.2.1.3 Client Call
client must | A call stays on its connection. | (state)
client states | A response or a fault ends its call. | rpce/3.3.2.1.3/*
# 3.3.2.1.4 Client Connection
client should | A connection that is to be discarded gets no new calls. | rpce/3.3.1.5.2.1/no-trailer rpce/3.3.1.5.2.1/garbage-token rpce/3.3.1.5.2.1/fault-for-bind
# 3.3.2.2.2 Communication Time-Out Timer
client must | The lower of the two time-outs counts. | (option)
# 3.3.2.2.3 Idle Connection Cleanup Timer
client must | A timer of 1 to 40 seconds looks for idle connections, where that is enabled. | (option)
# 3.3.2.3.2 Specify Security Settings
client must | Provider and level are given by the application. | (interface)
# 3.3.2.4.1.1 Resolve the Binding Handle
client must | A binding without endpoint is resolved by the endpoint mapper. | (unwritten)
# 3.3.2.4.1.2 Find an Association and a Connection
client must | An association is found or created. | dcom/3.2.4.1.1.2/interfaces
client should | An association with the same server and endpoint is used again. | rpce/3.3.2.4.1.2/joins-its-association
client must | Calls that are causally ordered use one connection. | rpce/3.3.2.4.1.2/joins-its-association
client must | A connection that is to be discarded is not used. | rpce/3.3.1.5.2.1/no-trailer rpce/3.3.1.5.2.1/garbage-token rpce/3.3.1.5.2.1/fault-for-bind
# 3.3.2.4.1.3 Build Security/Presentation Context
client must | No call is made without a presentation context of its interface. | rpce/3.3.2.4.1.3/over-accepted-contexts
client must | A secured call has a security context. | dcom/3.2.4.1.1.2/security-on-activation
client should | Contexts of a connection are used again. | rpce/3.3.2.4.1.3/contexts-used-again
client should | New contexts of both kinds are negotiated in one exchange. | rpce/3.3.2.4.1.3/one-exchange
# 3.3.2.4.1.4 Enable Idle Connection Timeout
client must | The application turns the closing of idle connections on and off. | (interface)
# 3.3.2.4.2 Release Context Handle
client must | A context handle that is destroyed counts no more. | (state)
# 3.3.2.5.1 rpc_fault PDU Processing Rules
client should | A fault with a status that servers never send is a protocol error. | rpce/3.3.2.5.1/*
# 3.3.2.5.2 Handling Responses
client must | A response belongs to the request of its call_id. | rpce/3.3.2.5.2/other-call-id
client should | An alloc_hint above 2^31 - 1 is not believed. | rpce/3.3.2.5.2/alloc-hint-limit
client must | The time of the last response is noted. | (state)
# 3.3.2.6.1 Communication Time-Out Timer
client must | A call whose time is over counts as cancelled. | (unwritten)
client should | The server is told of it. | (undefined)
# 3.3.2.6.2 Idle Connection Cleanup Timer Expiry
client must | Connections that were idle for 10 seconds are closed, where that is enabled. | (option)
client must | Connections that were idle for 5 seconds are closed where there are many. | (option)
client must | The last connection of an association with context handles stays. | (option)
# 3.3.2.6.3 Endpoint Mapper Requests Security Information
client should | Secured requests to the endpoint mapper have the provider of the call and integrity. | (unwritten)
client should | Other parameters of the provider are chosen for safety. | (option)
# 3.3.2.7.1 Transport Connection Time-Out
client states | With the connection its calls have failed, and the application is told. | rpce/3.3.2.7.1/*
# 3.3.3 Server Details
server states | An error that no state provides for closes the connection or is answered with bind_nak or fault. | rpce/roles/response-from-client rpce/roles/request-before-bind
server must | Requests one after the other are served where they are not multiplexed. | rpce/3.3.3.5.2/call-ids-with-gaps
# 3.3.3.1.1 Server Connection
server must | A request goes to the interface of its presentation context. | rpce/bind/any-context-id
# 3.3.3.1.3 Preferred Transfer Syntax
server should | The preferred syntax is one of those supported. | (state)
server should | The preferred syntax is accepted where it is offered. | rpce/3.3.1.5.6/first-supported-syntax rpce/3.3.1.5.6/syntax-version
# 3.3.3.1.5 Server Call
server must | A call stays on its connection. | rpce/3.3.1.5.8/several-calls-at-once
# 3.3.3.3.1.1 Registering a Protocol Sequence by a Higher-Level Protocol
server must | The application registers a protocol sequence. | (interface)
# 3.3.3.3.1.2 Registering an Interface by a Higher-Level Protocol
server must | The application registers an interface. | (interface)
# 3.3.3.3.1.3 Registering a Security Provider by a Higher-Level Protocol
server must | The application registers the providers that it takes. | (interface)
# 3.3.3.3.1.4 Registering a Dynamic Endpoint with Endpoint Mapper
server should | Interfaces at dynamic endpoints are registered with the endpoint mapper. | (unwritten)
# 3.3.3.3.1.5 Start Listening
server must | The server listens. | rpce/bind/answered
# 3.3.3.4.1 Failure Semantics
server should | A failure of the application is told in the output parameters. | dcom/3.1.2.5.1.1/unknown-oxid dcom/3.1.2.5.1.2/unknown-set
server should | A failure that the application gives to RPC is a fault of that status. | dcom/3.1.1.5.4/unknown-ipid
# 3.3.3.4.3.1 Abstract Interface GetRpcImpersonationAccessToken
server must | A binding handle leads to its call. | (interface)
# 3.3.3.5.1 Failure Semantics
server should | An error of a call is answered with a fault of a status that describes it. | rpce/requests/opnum-200 rpce/requests/opnum-65535
server must | The connection is closed where no fault can be sent. | (cause)
server must | No fault has one of the statuses that are never sent. | (unwritten)
# 3.3.3.5.2 call_id Field Must Increase Monotonically
client must | The call_id of requests grows. | rpce/3.3.3.5.2/call-ids-rise
client must | All fragments of a request have one call_id. | rpce/3.3.3.5.2/call-ids-rise
server should | A request whose call_id does not grow is refused. | rpce/3.3.3.5.2/falling-call-id rpce/3.3.3.5.2/call-id-above-31-bits rpce/3.3.3.5.2/call-ids-with-gaps
server should | A fragment of another call_id is refused. | rpce/fragments/other-call-between
# 3.3.3.5.3 Unknown Security Provider
server must | An unknown auth_type of a bind gives a bind_nak with authentication_type_not_recognized. | rpce/3.3.3.5.3/bind-*
server must | An unknown auth_type of an alter_context gives a fault. | rpce/3.3.3.5.3/alter-context-type
# 3.3.3.5.4 Maximum Server Input Data Size
server should | A request of more than four megabytes is refused with the fault 5. | rpce/3.3.3.5.4/*
# 3.3.3.5.5 Limits of Presentation Contexts Negotiated
server must | The number of presentation contexts is limited. | (load)
server must | The limit follows the number of interfaces. | (state)
server must | A context over the limit gives a bind_nak with local_limit_exceeded. | (load)
# 3.3.3.5.6 Dropping Packets for Old Calls
server should | A later fragment of an old call is ignored. | rpce/3.3.3.5.6/stale-fragment rpce/3.3.3.5.6/rest-is-ignored
server should | A later fragment of a call that is older by 150 or more is a protocol error. | rpce/3.3.3.5.6/too-stale-fragment
# 3.3.3.5.7 Handling Protocol Errors
server must | A protocol error of a request gives the fault 0x1c01000b. | rpce/fragments/two-first-ones rpce/fragments/middle-of-nothing
# 3.3.3.5.8 Sequencing in Case of Errors
server should | An error of a fragment is answered without waiting for the last. | rpce/3.3.3.5.8/error-at-once
# 3.3.3.7.1 Transport Connection Shutdown
server states | Contexts of a connection end with it. | rpce/3.3.1.5.2.1/scope-is-the-connection hardening/replayed/on-another-connection-*
server states | Context handles of an association end with its last connection. | (unwritten)
# 3.3.3.7.2 Initialize Server Call Object Reference
server must | The call object belongs to the thread that serves it. | (interface)
`;
