/** [MS-DCOM] 3.2, the client. */
export const DCOM_CLIENT = `
# 3.2 Client Details
client should | COM version 5.7 is spoken. | dcom/3.2/version-5.7
# 3.2.1 Abstract Data Model
client must | The client keeps tables of interfaces, exporters, objects, resolvers and ping sets. | (state)
# 3.2.2 Timers
client must | Pings are at most two minutes apart. | dcom/3.2.2/pings-in-time
client should | Pings are two minutes apart. | dcom/3.2.2/pings-in-time
# 3.2.4.1 Creating Object References
client must | Objects are reached by activation. | dcom/3.2.4.1.1.2/interfaces
client must | Objects are reached by resolving the OXID of a reference. | dcom/3.2.4.1.2/unknown-oxid
# 3.2.4.1.1 Activation
client must | The activation goes to the server that the application names. | dcom/3.2.4.1.1.2/interfaces
client must | The COM version is negotiated. | dcom/1.7/activation-version-*
client must | The references of the activation are unmarshalled. | dcom/3.2.4.2/object-uuid
# 3.2.4.1.1.1 Determining RPC Binding Information for Activation
client must | ServerAlive2 is called before the activation. | dcom/3.2.4.1.1.1/server-alive-first
client must | It is called at the well-known endpoint of the resolver. | dcom/3.2.4.1.1.1/server-alive-first
client must | It is called without security. | dcom/3.2.4.1.1.1/server-alive-without-security
client must | RPC_S_UNKNOWN_IF makes it resolve a dynamic endpoint and call again. | (unwritten)
client must | RPC_S_PROCNUM_OUT_OF_RANGE makes it assume COM version 5.1. | dcom/3.2.4.1.1.1/server-alive2-missing
client should | It goes on to the activation after that. | dcom/3.2.4.1.1.1/server-alive2-missing
client must | Any other error makes it try the next protocol sequence. | (transport)
client should | It goes on to the activation where the call succeeds. | dcom/3.2.4.1.1.1/server-alive-first
client must | Without any binding the activation fails. | dcom/3.2.4.1.1.1/server-alive-refused
client should | The application is told RPC_S_SERVER_UNAVAILABLE then. | (interface)
client must | The version of ServerAlive2 is the version of the server. | dcom/1.7/activation-version-*
# 3.2.4.1.1.2 Issuing the Activation Request
client should | The activation is secured. | dcom/3.2.4.1.1.2/security-on-activation
client should | The security provider is one of the security bindings of ServerAlive2. | (unwritten)
client must | The credentials are those that the application gives. | (unwritten)
client must | The level is at least the one that the application asks for. | dcom/3.2.4.1.1.2/told-*
client must | Without a level of the application a default one is used. | kb5004442/default-activation-level
client must | The impersonation level is at least RPC_C_IMPL_LEVEL_IMPERSONATE where none is asked for. | (unwritten)
client must | Kerberos and SPNEGO name the SPN RPCSS/server, where none is asked for. | nlmp/3.1.5.1.2/target-name
client must | IActivation is taken where the server is older than 5.6. | dcom/3.2.4.1.1.2/older-server
client must | IRemoteSCMActivator is taken where its capabilities are needed. | (unwritten)
client must | Mode asks for a class factory or an object. | dcom/3.2.4.1.1.2/mode
client must | RemoteGetClassObject is called for a class factory, RemoteCreateInstance for an object. | (unwritten)
client must | pIFDClientCtx holds a Context with the properties of the client. | dcom/3.2.4.1.1.2/client-context
client must | pIFDPrototypeCtx is NULL where there are no such properties. | (unwritten)
client must | Properties of client and prototype have GUID_NULL, their policy, flags and size. | (option)
client must | ORPCTHIS has the negotiated version. | dcom/1.7/activation-version-*
client must | The class is the one that the application asks for. | dcom/3.2.4.1.1.2/interfaces
client must | The protocol sequences of the client are listed. | dcom/3.2.4.1.1.2/protocol-sequences
client should | All its protocol sequences are listed. | (state)
client must | The IIDs are those that the application asks for. | dcom/3.2.4.1.1.2/interfaces
client must | An activation that failed is reported as failed. | dcom/3.2.4.1.1.2/failed-with-references dcom/3.2.4.1.1.2/access-denied dcom/3.2.4.1.1.2/class-not-registered dcom/3.2.4.1.1.2/no-interface dcom/3.2.4.1.1.2/server-busy dcom/3.1.2.5.2.3.3/no-properties dcom/3.1.2.5.2.3/version-mismatch
client must | An interface whose result is a failure counts as not obtained. | dcom/3.2.4.1.1.2/interface-refused
# 3.2.4.1.1.3 Updating the Client OXID Table after Activation
client must | Exporter, bindings, IPID and hint are those of the answer. | dcom/3.2.4.2/object-uuid
client must | References whose result is success are unmarshalled. | dcom/3.2.4.2/object-uuid
# 3.2.4.1.2 Unmarshaling an Object Reference
client must | An OBJREF of another signature is refused. | dcom/3.2.4.1.2/wrong-signature dcom/3.2.4.1.2/truncated dcom/3.2.4.1.2/null-pointer
client must | An OBJREF with no flag or several is refused. | dcom/3.2.4.1.2/no-form dcom/3.2.4.1.2/two-forms dcom/3.2.4.1.2/unknown-form
client must | An unknown OXID is resolved. | dcom/3.2.4.1.2/unknown-oxid
client should | A reference of another IID is exchanged for one of the IID wanted. | dcom/3.2.4.1.2/other-interface
client must | The reference of the other IID is released. | dcom/3.2.4.1.2/other-interface
client must | The Context of an OBJREF_EXTENDED is read. | dcom/3.2.4.1.2/extended-form
client must | A Context with extents is refused. | dcom/3.2.4.1.2/extended-with-extents
client must | Context properties, handler and custom references are given to the application. | dcom/3.2.4.1.2/handler-form dcom/3.2.4.1.2/custom-of-unknown-class
# 3.2.4.1.2.1 Determining RPC Binding Information for OXID Resolution
client must | ServerAlive2 is called at the resolver that the reference names first. | dcom/3.2.4.1.2.1/server-alive-before-resolution
client must | It is called without security. | dcom/3.2.4.1.2.1/server-alive-before-resolution
client must | RPC_S_UNKNOWN_IF makes it resolve a dynamic endpoint and call again. | (unwritten)
client must | RPC_S_PROCNUM_OUT_OF_RANGE does not stop the resolution. | (unwritten)
client must | Any other error makes it try the next string binding. | dcom/3.2.4.1.2.1/dead-resolver-first
client must | Without any binding the reference is refused. | dcom/3.2.4.1.2.2/invalid-oxid dcom/3.2.4.1.2.2/resolution-refused
client should | The application is told OR_INVALID_OXID then. | (interface)
# 3.2.4.1.2.2 Issuing the OXID Resolution Request
client should | The resolution is secured. | dcom/3.2.4.1.2.2/resolution-level
client should | The security provider is one of saResAddr. | dcom/3.2.4.1.2.2/resolution-level
client must | The credentials are those of the application. | dcom/3.2.4.1.2.2/resolution-level
client must | The level is at least RPC_C_AUTHN_LEVEL_PKT_INTEGRITY. | dcom/3.2.4.1.2.2/resolution-level
client must | The impersonation level is at least RPC_C_IMPL_LEVEL_IDENTIFY. | dcom/3.2.4.1.2.2/resolution-level
client must | Kerberos and SPNEGO name the SPN RPCSS/server. | nlmp/3.1.5.1.2/target-name
client must | ResolveOxid2 is called. | dcom/3.2.4.1.2/unknown-oxid
client must | RPC_S_PROCNUM_OUT_OF_RANGE makes it call ResolveOxid. | dcom/3.2.4.1.2.2/resolve-oxid2-missing
client must | The OXID is that of the reference. | dcom/3.2.4.1.2/unknown-oxid
client must | The protocol sequences of the client are listed. | (unwritten)
client should | All its protocol sequences are listed. | (state)
# 3.2.4.1.2.3.1 Updating the OXID Table After Unmarshaling
client must | Exporter, bindings, IPID and hint are those of the resolution. | dcom/3.2.4.1.2/unknown-oxid
# 3.2.4.1.2.3.2 Updating the OID/IPID/Resolver Tables After Unmarshaling
client must | References to an interface that is known already add up. | dcom/3.2.4.4.2/released dcom/3.2.4.4.2/not-more-than-given
client must | A reference of no public references is asked for some. | dcom/3.2.4.4/no-references
client must | An object without SORF_NOPING takes part in pings. | dcom/3.2.6.1/first-ping dcom/3.2.6.1/pinged-objects
client must | The resolver of the reference is kept for pings. | dcom/3.2.6.1/first-ping dcom/3.2.6.1/pinged-objects
# 3.2.4.2 ORPC Invocations
client must | The call goes to the bindings of the exporter. | dcom/3.2.4.2/object-uuid
client must | The COM version is negotiated with that of the exporter. | dcom/3.2.4.2/object-version-* dcom/3.1.1.5.4/windows-of-today
client must | Without a provider of the application, the first known one of the security bindings is used. | dcom/3.2.4.2/ntlm-alone dcom/3.2.4.2/negotiate-alone dcom/3.2.4.2/unknown-service-first
client must | Without security bindings no security is used. | dcom/3.2.4.2/no-security-binding
client must | The level is the higher of the client's own and the hint, where none is asked for. | dcom/3.2.4.2/hint-*
client must | The impersonation level is the one asked for, or a default. | (unwritten)
client must | The SPN is the one asked for, or aPrincName of the security binding, or none. | (unwritten)
client must | The interface of the request is the IID of the reference, version 0.0. | dcom/3.2.4.2/interface-version
client must | The opnum is that of the method. | dcom/3.2.4.2/object-uuid
client must | The object UUID of the request is the IPID. | dcom/3.2.4.2/object-uuid
client must | ORPCTHIS is the first parameter, with the negotiated version. | dcom/3.2.4.2/object-version-* dcom/3.1.1.5.4/windows-of-today
client must | ORPCTHIS has the causality of the call that is being served, else a new one. | dcom/3.2.4.2/new-causality-id
client must | References among the parameters are marshalled. | (option)
client must | ORPCTHAT of the answer is read, with any extensions. | dcom/2.2.13.4/object-extension dcom/2.2.13.4/several-extensions
client must | References of the answer are unmarshalled. | dcom/3.2.4.2/object-uuid
# 3.2.4.3 Marshaling an Object Reference
client must | The STDOBJREF has OXID, OID and IPID of the reference. | (option)
client must | Its flags are 0, or SORF_NOPING. | (option)
client should | One public reference of several is given away. | (option)
client must | More references are asked for where there is but one. | (option)
client must | saResAddr is that of the resolver of the reference. | (option)
client must | Signature, flags and IID of the OBJREF are those of a standard reference. | (option)
# 3.2.4.4 Managing Object Lifetime
client must | A reference of no public references is asked for some. | dcom/3.2.4.4/no-references
# 3.2.4.4.1 Requesting Reference Counts on an Interface
client must | RemAddRef is called at the Remote Unknown of the exporter. | dcom/3.2.4.4/no-references dcom/3.2.4.4/through-the-exporters-irem-unknown
client must | It names the IPID and the references wanted. | dcom/3.2.4.4/no-references dcom/3.2.4.4/through-the-exporters-irem-unknown
client must | The references that it got count. | dcom/3.2.4.4.2/released dcom/3.2.4.4.2/not-more-than-given
# 3.2.4.4.2 Releasing Reference Counts on an Interface
client must | RemRelease is called at the Remote Unknown of the exporter when the application is done. | dcom/3.2.4.4.2/released dcom/3.2.4.4/through-the-exporters-irem-unknown
client must | It names the IPID and all references that the client holds. | dcom/3.2.4.4.2/released dcom/3.2.4.4.2/not-more-than-given
client must | An interface that was released is not called again. | (unwritten)
# 3.2.4.4.3 Acquiring Additional Interfaces on the Object
client must | RemQueryInterface is called at the Remote Unknown of the exporter. | dcom/3.2.4.4/through-the-exporters-irem-unknown dcom/3.2.4.4.3/query-refused
client must | It names the IPID, the IIDs and the references wanted. | dcom/3.2.4.4/through-the-exporters-irem-unknown dcom/3.2.4.4.3/query-refused
client must | References whose result is 0 are unmarshalled. | dcom/3.2.4.4/through-the-exporters-irem-unknown dcom/3.2.4.4.3/query-refused
# 3.2.6 Timer Events
client must | The client pings. | dcom/3.2.2/pings-in-time
# 3.2.6.1 Pinging
client must | Objects of SORF_NOPING are not pinged. | dcom/2.2.18.2/no-ping
client must | The first ping is a ComplexPing with SETID 0, number 1 and the OIDs. | dcom/3.2.6.1/first-ping dcom/3.2.6.1/pinged-objects
client must | The SETID of the answer is used from then on. | dcom/3.2.6.1/simple-ping
client must | The number grows with each ComplexPing. | dcom/3.2.6.1/sequence-numbers
client should | A set that did not change is pinged with SimplePing. | dcom/3.2.6.1/simple-ping
client must | A set that changed is pinged with ComplexPing, with what was added and removed. | (unwritten)
client must | A set that is empty is forgotten. | (unwritten)
client must | The provider is that of the resolver. | dcom/3.2.6.1/ping-level
client must | The credentials are those of the application. | dcom/3.2.6.1/ping-level
client must | The level is at least RPC_C_AUTHN_LEVEL_PKT_INTEGRITY. | dcom/3.2.6.1/ping-level
client must | The impersonation level is at least RPC_C_IMPL_LEVEL_IDENTIFY. | dcom/3.2.6.1/ping-level
client must | Kerberos and SPNEGO name the SPN RPCSS/server. | (unwritten)
`;
