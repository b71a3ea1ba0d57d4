/** [MS-RPCE] 3.3.1, what client and server of connection-oriented RPC have in common. */
export const RPCE_ASSOCIATION = `
# 3.3.1.1.2 Connection
server must | A connection belongs to one association for good. | rpce/fragment-sizes/not-by-alter-context
client must | A connection belongs to one association for good. | (state)
server must | The security context of a PDU is found by its auth_context_id. | rpce/3.3.1.5.4/keys-of-their-own rpce/3.3.1.5.4/levels-of-their-own rpce/3.3.1.5.4/signature-of-another-context rpce/3.3.1.5.4/unsigned-beside-integrity hardening/changed-level/other-context-* rpce/3.3.1.5.4/thirty-contexts
# 3.3.1.1.3 Connection Multiplex Flag
server should | A connection knows whether it is multiplexed. | rpce/bind/multiplexing
# 3.3.1.1.4 List of Connections
server must | An association knows its connections. | (state)
client must | An association knows its connections. | (state)
# 3.3.1.1.5 Table of Associations
server should | Associations are kept in a table until their last connection closes. | (unwritten)
client should | Associations are kept in a table until their last connection closes. | (state)
# 3.3.1.1.6 Table of Security Provider Info
client should | The number of legs of each provider is known. | rpce/3.3.1.5.2.1/auth3-for-odd-legs rpce/3.3.1.5.2.1/no-auth3-for-even-legs
# 3.3.1.4.1 Context Handle Scope
server should | A context handle of another association is refused. | (unwritten)
# 3.3.1.5.1 Protocol Version Number
server should | A PDU of another major version is refused. | rpce/3.3.1.5.1/bind-of-version-4 rpce/3.3.1.5.1/bind-of-version-6
server should | A PDU of another minor version is refused. | rpce/3.3.1.5.1/request-of-version-5.1 rpce/3.3.1.5.1/bind-of-version-5.1
client states | PDUs are of version 5.0. | rpce/3.3.1.5.1/version
client should | An answer of another version is refused. | rpce/3.3.1.5.1/other-major-version rpce/3.3.1.5.1/other-minor-version
# 3.3.1.5.2.1 Building a Security Context
client must | A security context is built anew on each connection. | rpce/3.3.1.5.2.1/context-of-each-connection
server must | A security context is of one connection only. | rpce/3.3.1.5.2.1/scope-is-the-connection hardening/replayed/on-another-connection-*
client must | The first PDU of a connection that builds a context is a bind. | rpce/3.3.1.5.2.1/starts-with-bind
client must | Later contexts of a connection start with an alter_context. | rpce/3.3.1.5.2.1/starts-with-bind
server must | A bind is answered with a bind_ack or a bind_nak. | rpce/bind/answered
server must | An alter_context is answered with an alter_context_resp or a fault. | rpce/3.3.1.5.2.1/by-alter-context-* rpce/3.3.1.5.2.1/interface-afterwards-* rpce/3.3.1.5.2.1/same-context-again-* hardening/changed-level/by-the-second-leg-*
client must | The PDU carries the first token in its verifier. | rpce/3.3.1.5.2.1/starts-with-bind
client must | The auth_context_id is unique on its connection. | rpce/2.2.2.11/one-level-in-a-context
server must | The token goes to the provider that auth_type names. | rpce/3.3.1.5.2.2/call-at-pkt-integrity-*
client must | Nothing more is sent on the connection after its provider failed. | rpce/3.3.1.5.2.1/no-trailer rpce/3.3.1.5.2.1/garbage-token rpce/3.3.1.5.2.1/fault-for-bind
client should | The connection is closed after its provider failed. | (unwritten)
client must | The application hears of calls that are lost with the connection. | (interface)
server must | A provider that fails is answered with a bind_nak or a fault. | rpce/3.3.1.5.2.1/no-token rpce/3.3.1.5.2.1/failed-alter-context
server should | A context that failed is discarded. | rpce/3.3.1.5.2.1/auth3-of-another-level rpce/3.3.1.5.2.1/alter-context-of-another-level rpce/3.3.1.5.2.1/failed-auth3 rpce/3.3.1.5.2.1/request-before-its-end
server must | A provider that succeeds is answered with a bind_ack or alter_context_resp. | rpce/3.3.1.5.2.1/third-leg-by-alter-context rpce/3.3.1.5.2.1/by-alter-context-*
server should | The last answer has an empty token where the provider gives none. | rpce/3.3.1.5.2.1/third-leg-by-alter-context rpce/3.3.1.5.2.1/by-alter-context-*
client must | Each token of the provider is sent on as another leg. | rpce/3.3.1.5.2.1/no-auth3-for-even-legs
client must | Further legs are alter_context PDUs. | rpce/3.3.1.5.2.1/no-auth3-for-even-legs
client should | Further legs have the contexts of the first. | rpce/3.3.1.5.2.1/same-contexts
server must | Each token of the provider is sent in a bind_ack or alter_context_resp. | rpce/3.3.1.5.2.1/bind-ack-has-token
client should | The last of an odd number of legs is an rpc_auth_3. | rpce/3.3.1.5.2.1/auth3-for-odd-legs rpce/3.3.1.5.2.1/no-auth3-for-even-legs
client must | No rpc_auth_3 is sent but for the last leg. | rpce/3.3.1.5.2.1/auth3-for-odd-legs rpce/3.3.1.5.2.1/no-auth3-for-even-legs
server must | An rpc_auth_3 is not answered. | rpce/3.3.1.5.2.1/auth3-is-not-answered rpce/3.3.1.5.2.1/auth3-twice rpce/3.3.1.5.2.1/auth3-of-nothing rpce/3.3.1.5.2.1/auth3-of-another-context
server should | A failure of the rpc_auth_3 is a fault of the first request, with the error of the context. | rpce/3.3.1.5.2.1/failed-auth3
client must | The number of legs is taken for even where it is not known. | (option)
# 3.3.1.5.2.2 Using a Security Context
client must | The provider is asked for what the level needs: replay, sequence, integrity, confidentiality. | rpce/3.3.1.5.2.2/asks-for-* rpce/3.3.1.5.2.2/no-integrity rpce/3.3.1.5.2.2/no-confidentiality
server must | A context without the capability of its level is refused. | (unwritten)
client must | The first secured PDU from integrity on offers header signing, if the provider can. | rpce/3.3.1.5.2.2/announces-header-signing
server must | The answer has PFC_SUPPORT_HEADER_SIGN exactly where header signing is supported. | rpce/3.3.1.5.2.2/header-signing-agreed-*
server must | Header signing is not done where the client did not offer it. | rpce/3.3.1.5.2.2/without-header-signing-*
client must | Header signing is not done where the server did not agree. | rpce/3.3.1.5.2.2/server-without-header-signing
server must | With header signing the header is protected. | hardening/tampered/header-*
server must | From integrity on the body is protected. | rpce/3.3.1.5.2.2/wrong-signature-* rpce/3.3.1.5.2.2/ends-after-wrong-signature hardening/tampered/*
server must | With header signing the trailer is protected. | hardening/changed-level/*
server must | At privacy the body is encrypted. | rpce/3.3.1.5.2.2/answer-is-encrypted-*
client must | With header signing the header is protected. | rpce/3.3.1.5.2.2/right-signatures
client must | From integrity on the body is protected. | rpce/3.3.1.5.2.2/requests-are-protected rpce/3.3.1.5.2.2/right-signatures
client must | At privacy the body is encrypted. | rpce/3.3.1.5.2.2/privacy-encrypts
client must | A response with a bad signature is refused. | rpce/3.3.1.5.2.2/activation-* rpce/3.3.1.5.2.2/object-*
client must | A response whose header was changed is refused, with header signing. | rpce/3.3.1.5.2.2/activation-changed-header rpce/3.3.1.5.2.2/object-changed-header
client must | A response without its verifier is refused. | rpce/2.2.2.11/activation-missing-trailer rpce/2.2.2.11/object-missing-trailer
client must | A response that was seen before is refused. | rpce/3.3.1.5.2.2/object-replayed-*
server must | Responses carry the signature of the provider. | rpce/3.3.1.5.2.2/call-at-*
server must | A request without its verifier is refused, from packet level on. | hardening/changed-level/*-without-trailer-* hardening/tampered/fragment-without-trailer-* hardening/relayed/*
server must | A request that was seen before is refused. | hardening/replayed/* hardening/reordered/*
client should | The header and trailer that decryption yields are ignored. | (state)
server must | At connect level no token is needed in requests. | rpce/3.3.1.5.4/implied-connect rpce/3.3.1.5.2.2/answer-at-connect-has-no-trailer rpce/3.3.1.5.2.2/call-at-connect-*
# 3.3.1.5.3 Bind Time Feature Negotiation
client should | A bind asks for bind time features with an element of its own. | rpce/3.3.1.5.3/proposes-features rpce/3.3.1.5.3/one-proposal-of-features
client must | That element has exactly one transfer syntax, of the known prefix and version 1.0. | rpce/3.3.1.5.3/proposes-features rpce/3.3.1.5.3/one-proposal-of-features
client must | There is at most one such element. | rpce/3.3.1.5.3/one-proposal-of-features
server must | The bind_ack has as many results as the bind has elements, in that order. | rpce/bind/one-result-a-context
server must | A server with bind time features answers negotiate_ack. | rpce/3.3.1.5.3/negotiate-ack rpce/3.3.1.5.3/context-stays-usable rpce/3.3.1.5.3/twice rpce/3.3.1.5.3/other-version rpce/3.3.1.5.3/not-by-alter-context
server must | The reason of that result is the bitmask of features. | rpce/3.3.1.5.3/negotiate-ack rpce/3.3.1.5.3/context-stays-usable rpce/3.3.1.5.3/twice rpce/3.3.1.5.3/other-version rpce/3.3.1.5.3/not-by-alter-context
server must | The transfer syntax of that result is zero. | rpce/3.3.1.5.3/negotiate-ack
server should | SecurityContextMultiplexingSupported is answered where it is supported. | rpce/3.3.1.5.3/agrees-to-security-context-multiplexing
server must | SecurityContextMultiplexingSupported is clear where it is not supported. | rpce/3.3.1.5.3/agrees-to-security-context-multiplexing
server should | KeepConnectionOnOrphanSupported is answered where it is supported. | rpce/3.3.1.5.3/agrees-to-keep-connection-on-orphan
server must | KeepConnectionOnOrphanSupported is clear where it is not supported. | rpce/3.3.1.5.3/agrees-to-keep-connection-on-orphan
client should | The result of a negotiation is used. | (unwritten)
client must | The bits of the client are those of the features it has. | rpce/3.3.1.5.3/reserved-features
server must | A bit that the client did not set is not answered. | rpce/3.3.1.5.3/asked-for-none rpce/3.3.1.5.3/asked-for-security-context-multiplexing rpce/3.3.1.5.3/asked-for-keep-connection-on-orphan
server must | Reserved bits are clear. | rpce/3.3.1.5.3/reserved-bits-cleared
# 3.3.1.5.4 Security Context Multiplexing
client must | A second security context is built only where that was negotiated. | rpce/3.3.1.5.4/no-context-unasked
server must | With one context of connect level, requests without verifier belong to it. | rpce/3.3.1.5.4/implied-connect rpce/3.3.1.5.2.2/answer-at-connect-has-no-trailer rpce/3.3.1.5.2.2/call-at-connect-*
client must | Requests of connect level have a verifier where there is more than one context. | (option)
client must | A connection has at most 2000 security contexts. | (load)
server should | A limit of security contexts is watched. | (load)
server must | A context over the limit is refused with RPC_S_PROTOCOL_ERROR. | (load)
# 3.3.1.5.5 Primary and Secondary Endpoint Address
server should | The secondary address of a bind_ack is that of the endpoint. | rpce/bind/secondary-address
client should | The secondary address is ignored. | rpce/3.3.1.5.5/*
# 3.3.1.5.6 Presentation Context and Transfer Syntax Negotiation
client should | Several transfer syntaxes are offered as several elements of the same interface. | rpce/3.3.1.5.6/one-syntax-an-element
client should | Each element has one transfer syntax. | rpce/3.3.1.5.6/one-syntax-an-element
client must | The transfer syntax is the one that is proposed. | rpce/3.3.1.5.6/one-syntax-an-element
server should | At most one transfer syntax of an interface is accepted. | rpce/3.3.1.5.6/at-most-one-syntax
server states | The preferred syntax is accepted where it is offered, else the first that is known. | rpce/3.3.1.5.6/first-supported-syntax rpce/3.3.1.5.6/syntax-version
server must | Without any known syntax all are rejected, in a bind_ack. | rpce/3.3.1.5.6/all-syntaxes-rejected rpce/bind/unknown-transfer-syntax rpce/bind/goes-on-after-a-rejection
server must | There is a result for each element, at its place. | rpce/bind/one-result-a-context
server must | An unknown interface gives abstract_syntax_not_supported. | rpce/bind/unknown-interface
server must | The syntax that is used is accepted, all others are rejected by the provider. | rpce/3.3.1.5.6/at-most-one-syntax
client should | A rejection means that another syntax is preferred. | rpce/3.3.2.4.1.3/over-accepted-contexts
client should | The accepted syntax is used for later calls. | rpce/3.3.2.4.1.3/over-accepted-contexts
client must | The call fails where no syntax is accepted. | rpce/3.3.1.5.6/*
server must | Too many presentation contexts are refused with a bind_nak. | (load)
client states | A bind_nak fails the call. | c706/12.6.4.5/*
server should | A presentation context lasts as long as its connection. | rpce/3.3.1.5.6/lasts-as-long-as-the-connection rpce/3.3.1.5.6/scope-is-the-connection
client should | A presentation context lasts as long as its connection. | rpce/3.3.2.4.1.3/contexts-used-again
server should | NDR is among the transfer syntaxes. | rpce/3.3.1.5.6/ndr20 rpce/3.3.1.5.6/ndr64-beside-ndr20
# 3.3.1.5.7 Adding a New RPC Transport Connection to an Association
server must | A connection from the same machine may join an association. | rpce/3.3.1.5.7/join rpce/3.3.1.5.7/lives-while-a-connection-does rpce/3.3.1.5.7/new-association rpce/3.3.1.5.7/unknown-association
server should | A connection from another machine may not join. | (place)
server must | Over TCP the address of the client tells the machine. | (place)
# 3.3.1.5.8 Multiplexed Connections
client should | Several calls at once are supported on a connection. | (unwritten)
server must | PFC_CONC_MPX is answered where it is supported. | rpce/bind/multiplexing
client must | All fragments of a request are sent before the next request. | rpce/3.3.1.5.8/one-call-after-the-other
server must | Requests of several calls are served on a connection that is multiplexed. | rpce/3.3.1.5.8/several-calls-at-once
client must | Without multiplexing a request waits for the answer before. | rpce/3.3.1.5.8/one-call-after-the-other rpce/3.3.1.5.8/server-without-multiplexing
# 3.3.1.5.9 Handling of Callbacks
server must | Requests of the server are sent while it serves a call only. | (object)
client should | Requests of the server are taken while a call is waiting only. | c706/12.6.4/request-for-answer
server must | A call back sends no bind and no alter_context. | (object)
server must | A call back has the call_id of the call it belongs to. | (object)
# 3.3.1.5.10 Keeping Connections Open After Client Sends an Orphaned PDU
client must | The connection is closed after an orphaned PDU, unless keeping it was negotiated. | (unwritten)
server should | The connection stays usable after an orphaned PDU, where that was negotiated. | rpce/3.3.1.5.10/connection-stays
`;
