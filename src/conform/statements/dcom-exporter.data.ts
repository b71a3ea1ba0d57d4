/** [MS-DCOM] 3.1.1, the object exporter: see statement.ts for what a line says. */
export const DCOM_EXPORTER = `
# 3.1 Server Details
server must | One object resolver answers for all exporters of the machine. | dcom/3.1.2.5.1.1/resolve-oxid
# 3.1.1.1 Abstract Data Model
server must | The exporter keeps its level, permissions and tables of IPIDs and OIDs. | (state)
# 3.1.1.2 Timers
server must | An exporter that holds references of others has a timer for its pings. | (state)
# 3.1.1.3 Initialization
server must | An exporter listens on RPC. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.4/interface-of-the-object
server must | An exporter listens at an address before its bindings name it. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.4/interface-of-the-object
server should | Listening is put off until the first reference is marshalled. | (state)
server must | OXID, OID of the Remote Unknown and ping period come from the resolver. | (state)
server must | The Remote Unknown has an IPID for IRemUnknown, and from COM version 5.6 on one for IRemUnknown2. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.6/opnum-beyond dcom/3.1.1.5.7/i-rem-unknown2
# 3.1.1.4 Higher-Layer Triggered Events
server must | The level and permissions that an application sets are kept for its exporter. | (state)
# 3.1.1.5.1 Marshaling an Object
server must | An object keeps its OID whichever of its interfaces is marshalled. | dcom/3.1.1.5.6.1.1/known-interface
server must | An interface of an object gets one IPID and keeps it. | dcom/3.1.1.5.6.1.1/same-ipid
server must | The public references given with a reference are what cPublicRefs says. | dcom/3.1.1.5.6.1.3/keeps-what-is-left dcom/3.1.1.5.6.1.3/removes-the-last
server should | A reference carries five public references. | dcom/3.1.1.5.1/references-given
server must | A reference that is marshalled again adds to the references already given. | dcom/3.1.1.5.6.1.1/same-ipid
server must | The interface can be called as soon as its reference was returned. | dcom/3.1.1.5.4/interface-of-the-object dcom/3.1.1.5.4/call-at-pkt-integrity
server must | The time of the last call of an object is noted when it is marshalled. | (state)
server should | The flags of the STDOBJREF are 0. | dcom/3.1.1.5.1/standard-reference
server must | OXID, OID and IPID of the STDOBJREF are those of exporter, object and interface. | dcom/3.1.1.5.1/standard-reference dcom/3.1.2.5.2.3.1/one-exporter dcom/3.1.2.5.2.3.2/one-exporter dcom/3.1.2.5.2.3.3/one-exporter
server must | saResAddr names the object resolver. | dcom/3.1.1.5.1/resolver-bindings
server must | The OBJREF has the signature MEOW. | dcom/3.1.1.5.1/standard-reference
server must | The OBJREF has exactly the flag of its form. | dcom/3.1.1.5.1/standard-reference
server must | The OBJREF has the IID that was asked for. | dcom/3.1.1.5.1/iid
server must | The OBJREF travels in an MInterfacePointer in NDR. | dcom/3.1.1.5.1/standard-reference
server must | A handler, extended or custom OBJREF has the flag and the body of its form. | (object)
server must | Envoy context properties are an OBJREF_EXTENDED with a Context of as many properties as its Count. | (object)
# 3.1.1.5.2 Marshaling an Object Reference
server must | A reference of another exporter is passed on as a client passes it on. | (object)
# 3.1.1.5.3 Unmarshaling an Object Reference
server must | A reference to an own IPID that does not exist is refused with E_NOINTERFACE. | (object)
server must | A reference to an own interface takes its public references back. | (object)
server must | A reference of another exporter is unmarshalled as a client does it. | (object)
# 3.1.1.5.4 ORPC Invocations
server must | A request with an object UUID is a call of the interface with that IPID. | dcom/3.1.1.5.4/unknown-ipid dcom/3.1.1.5.4/interface-of-the-object
server must | A call with a higher minor COM version is refused with RPC_E_VERSION_MISMATCH. | dcom/3.1.1.5.4/version-higher-minor
server must | A call with another major COM version is refused with RPC_E_VERSION_MISMATCH. | dcom/3.1.1.5.4/version-higher-major dcom/3.1.1.5.4/version-lower-major
server must | A call below the level of the exporter is refused with access denied. | dcom/3.1.1.5.4/without-authentication dcom/3.1.1.5.4/call-at-pkt-* dcom/3.1.1.5.4/goes-on-after-a-refusal
server must | A caller without permission is refused with access denied. | (unwritten)
server must | Level and permissions are those of the application, or defaults. | (state)
server must | Flags of ORPCTHIS other than 0 are refused with RPC_E_INVALID_HEADER. | dcom/3.1.1.5.4/flags
server must | A call of the causality of a call that is being made is taken at once. | (object)
server must | A call of an unknown IPID is refused with RPC_E_DISCONNECTED. | dcom/3.1.1.5.4/unknown-ipid
server must | References among the parameters are unmarshalled. | (object)
server must | The method of that opnum is called, and its output returned. | dcom/3.1.1.5.4/unknown-ipid dcom/3.1.1.5.4/interface-of-the-object
server must | The time of the last call is noted. | (unwritten)
server must | Objects and references among the output are marshalled. | dcom/3.1.1.5.6.1.1/known-interface
# 3.1.1.5.5 Lazy Protocol Registration
server must | An exporter that listens late listens when the resolver asks for it. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.4/interface-of-the-object
# 3.1.1.5.6 IRemUnknown Interface
server must | IRemUnknown is there. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.6/opnum-beyond
server must | The methods of IRemUnknown raise no fault for what their results can say. | dcom/3.1.1.5.6.1.1/unknown-interface dcom/3.1.1.5.6.1.2/unknown-ipid
client must | RPC_S_UNKNOWN_IF is understood as: this exporter has no IRemUnknown. | (unwritten)
# 3.1.1.5.6.1.1 IRemUnknown::RemQueryInterface
client must | ripid is an IPID of the object that is asked. | dcom/3.2.4.4/through-the-exporters-irem-unknown dcom/3.2.4.4.3/query-refused
client must | cRefs is the number of references wanted, cIids that of the IIDs given. | dcom/3.2.4.4/through-the-exporters-irem-unknown dcom/3.2.4.4.3/query-refused
server must | There is a result for each IID asked for, in that order. | dcom/3.1.1.5.6.1.1/unknown-interface dcom/3.1.1.5.6.1.1/many-interfaces
server must | An unknown ripid is refused with RPC_E_INVALID_OBJECT. | dcom/3.1.1.5.6.1.1/unknown-ipid
server must | An interface that has an IPID keeps it, and has cRefs references more. | dcom/3.1.1.5.6.1.1/same-ipid
server must | An interface that the object does not have gives E_NOINTERFACE in its result. | dcom/3.1.1.5.6.1.1/unknown-interface
server must | A new interface of the object gets an IPID that can be called. | dcom/3.1.1.5.6.1.1/known-interface
server must | The STDOBJREF of a result has flags 0. | dcom/3.1.1.5.6.1.1/references-asked-for
server must | The STDOBJREF of a result has cRefs public references. | dcom/3.1.1.5.6.1.1/references-asked-for
server must | The STDOBJREF of a result has the OXID and OID of the object. | dcom/3.1.1.5.6.1.1/known-interface
server must | The result of an interface that was found is 0. | dcom/3.1.1.5.6.1.1/known-interface
# 3.1.1.5.6.1.2 IRemUnknown::RemAddRef
client must | cInterfaceRefs is the number of elements, each with an IPID and its counts. | dcom/3.2.4.4/no-references dcom/3.2.4.4/through-the-exporters-irem-unknown
server must | There is a result for each element. | dcom/3.1.1.5.6.1.2/unknown-ipid
server must | An unknown IPID gives CO_E_OBJNOTREG in its result. | dcom/3.1.1.5.6.1.2/unknown-ipid
server must | Public references are added, and the result is 0. | dcom/3.1.1.5.6.1.2/adds
server must | Private references are added. | dcom/3.1.1.5.6.1.2/adds-private-ones
server should | Private references belong to the client that asked for them. | (unwritten)
# 3.1.1.5.6.1.3 IRemUnknown::RemRelease
client must | cInterfaceRefs is the number of elements, each with an IPID and its counts. | dcom/3.2.4.4.2/released dcom/3.2.4.4/through-the-exporters-irem-unknown
server must | Public references are taken away. | dcom/3.1.1.5.6.1.3/removes-the-last
server must | More public references than there are leave none, and do no more. | dcom/3.1.1.5.6.1.3/more-than-there-are
server must | Private references are taken away, and more than there are leave none. | dcom/3.1.1.5.6.1.2/adds-private-ones
server must | An interface without references is gone. | dcom/3.1.1.5.6.1.3/removes-the-last
server must | An interface with references left stays. | dcom/3.1.1.5.6.1.3/keeps-what-is-left dcom/3.1.1.5.6.1.3/own-object-alone dcom/3.1.1.5.6.1.3/unknown-ipid
server must | An object without interfaces is gone, and its OID released. | (unwritten)
# 3.1.1.5.7 IRemUnknown2 Interface
server must | IRemUnknown2 is there from COM version 5.6 on. | dcom/3.1.1.5.7/i-rem-unknown2
server must | RemQueryInterface2 raises no fault for what its results can say. | dcom/3.1.1.5.7.1.1/unknown-interface
client must | RPC_S_UNKNOWN_IF is understood as: this exporter has no IRemUnknown2. | (unwritten)
# 3.1.1.5.7.1.1 IRemUnknown2::RemQueryInterface2
client must | ripid is an IPID of the object, cIids the number of IIDs given. | (option)
server must | It does what RemQueryInterface does, and returns an OBJREF for each interface. | dcom/3.1.1.5.7.1.1/known-interface dcom/3.1.1.5.7.1.1/unknown-ipid
server must | There is an HRESULT for each IID. | dcom/3.1.1.5.7.1.1/unknown-interface
# 3.1.1.5.8 IUnknown Interface
client must | Opnums 0 to 2 of an interface are never called. | dcom/3.1.1.5.8/iunknown-opnums
server must | The methods of IUnknown raise no fault. | (undefined)
# 3.1.1.6.1 Pinging
server must | An exporter pings what it holds of others. | (object)
# 3.1.1.6.2 Object Reclamation
server should | An object that was called within the last ping period is kept. | (unwritten)
server must | An object whose client is gone is removed with its IPIDs and its OID. | (unwritten)
`;
