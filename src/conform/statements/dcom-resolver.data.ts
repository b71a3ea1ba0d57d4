/** [MS-DCOM] 3.1.2 but for activation: the object resolver. */
export const DCOM_RESOLVER = `
# 3.1.2.1 Abstract Data Model
server must | The resolver keeps tables of classes, exporters, objects and ping sets. | (state)
# 3.1.2.2 Timers
server must | A ping set lives for at least three ping periods after its last ping. | dcom/3.1.2.2/three-periods
server should | A ping set lives for exactly three ping periods. | dcom/3.1.2.2/three-periods dcom/3.1.2.6/set-that-ran-out
server must | The ping period is at most two minutes. | (unwritten)
# 3.1.2.5.1 IObjectExporter Methods
server must | IObjectExporter is there. | dcom/3.1.2.5.1.4/server-alive dcom/3.1.2.5.1/opnum-6
server must | The methods of IObjectExporter raise no fault for what their status can say. | dcom/3.1.2.5.1.1/unknown-oxid dcom/3.1.2.5.1.2/unknown-set
client must | RPC_S_UNKNOWN_IF is understood as: this resolver has no IObjectExporter. | (unwritten)
# 3.1.2.5.1.1 IObjectExporter::ResolveOxid
client must | cRequestedProtseqs is the number of protocol sequences given. | (unwritten)
server must | The bindings of the exporter are returned and not NULL. | dcom/3.1.2.5.1.1/resolve-oxid
server should | The string bindings of the exporter have endpoints. | dcom/3.1.2.5.1.1/resolve-oxid
server must | The IPID of the Remote Unknown is returned. | dcom/3.1.2.5.1.1/resolve-oxid
server should | The authentication hint is the lowest level that the exporter takes. | dcom/3.1.2.5.1.1/authentication-hint
server must | A caller without permission is refused with ERROR_ACCESS_DENIED. | (unwritten)
server must | An unknown OXID is refused with OR_INVALID_OXID. | dcom/3.1.2.5.1.1/unknown-oxid
server must | The exporter is made to listen on the protocol sequence that was asked for. | dcom/3.1.2.5.1.1/resolve-oxid
# 3.1.2.5.1.2 IObjectExporter::SimplePing
client must | The set that is pinged is one that ComplexPing gave. | dcom/3.2.6.1/simple-ping
server must | A caller without permission is refused with ERROR_ACCESS_DENIED. | (unwritten)
server states | An unknown set is refused with OR_INVALID_SET. | dcom/3.1.2.5.1.2/unknown-set
server must | The timer of the set starts again. | dcom/3.1.2.5.1.2/simple-ping dcom/3.1.2.5.1.2/timer-starts-again
# 3.1.2.5.1.3 IObjectExporter::ComplexPing
client must | SequenceNum is the number of client and resolver. | dcom/3.2.6.1/sequence-numbers
client must | cAddToSet and cDelFromSet are the numbers of OIDs given. | dcom/3.2.6.1/first-ping dcom/3.2.6.1/pinged-objects
server must | The SETID 0 gives a new set. | dcom/3.1.2.5.1.3/new-set dcom/3.1.2.5.1.3/sets-of-their-own dcom/3.1.2.5.1.3/unknown-object-for-a-new-set
server must | The SETID of a set stays. | dcom/3.1.2.5.1.3/number-stays dcom/3.1.2.5.1.3/set-of-the-machine
server must | The back-off factor is a hint of the server. | dcom/3.1.2.5.1.3/new-set dcom/3.1.2.5.1.3/sets-of-their-own dcom/3.1.2.5.1.3/unknown-object-for-a-new-set
server must | A caller without permission is refused with ERROR_ACCESS_DENIED. | (unwritten)
server must | An unknown set is refused with OR_INVALID_SET. | dcom/3.1.2.5.1.3/unknown-set
server must | A number lower than that of the set changes nothing and succeeds. | dcom/3.1.2.5.1.3/overtaken dcom/3.1.2.5.1.3/sequence-number-is-taken-over
server must | OIDs to add are in the set. | dcom/3.1.2.5.1.3/object-twice
server must | An unknown OID to add is refused with OR_INVALID_OID. | dcom/3.1.2.5.1.3/unknown-object-for-a-set
server must | OIDs to delete are out of the set, also those that are unknown. | dcom/3.1.2.5.1.3/remove
server must | The timer of the set starts again. | dcom/3.1.2.5.1.3/timer-starts-again
server must | The number of the set becomes that of the call. | dcom/3.1.2.5.1.3/overtaken dcom/3.1.2.5.1.3/sequence-number-is-taken-over
server must | A new set has the number of the call and a running timer. | (unwritten)
# 3.1.2.5.1.4 IObjectExporter::ServerAlive
server must | Permissions are not checked. | dcom/3.1.2.5.1.4/server-alive
server must | The status is 0. | dcom/3.1.2.5.1.4/server-alive dcom/3.1.2.5.1/opnum-6
# 3.1.2.5.1.5 IObjectExporter::ResolveOxid2
client must | cRequestedProtseqs is the number of protocol sequences given. | (unwritten)
server must | It does what ResolveOxid does. | dcom/3.1.2.5.1.5/resolve-oxid2 dcom/3.1.2.5.1.5/remote-unknown-is-one dcom/3.1.2.5.1.5/authentication-hint
server must | An unknown OXID is refused with OR_INVALID_OXID. | dcom/3.1.2.5.1.5/unknown-oxid
server should | The string bindings of the exporter have endpoints. | dcom/3.1.2.5.1.5/resolve-oxid2
server must | The COM version of the exporter is returned. | dcom/3.1.2.5.1.5/version
# 3.1.2.5.1.6 IObjectExporter::ServerAlive2
server must | The COM version of the resolver is returned. | dcom/3.1.2.5.1.6/version
server must | String and security bindings of the resolver are returned. | dcom/3.1.2.5.1.6/string-bindings dcom/3.1.2.5.1.6/security-bindings
server must | The string bindings have no endpoints. | dcom/3.1.2.5.1.6/without-endpoints
server must | pReserved is 0. | (unwritten)
client must | pReserved is ignored. | dcom/3.1.2.5.1.6/reserved
server must | Permissions are not checked. | dcom/3.1.2.5.1.6/server-alive2
# 3.1.2.5.1.7 Allocating and Deleting OID Entries
server must | Each object has an OID of its own. | dcom/3.1.2.5.2.3.3/objects-of-their-own
server must | An OID that the exporter gives up is scheduled for removal. | (unwritten)
server should | The OID is removed at once. | (unwritten)
# 3.1.2.5.1.8 Allocating OXID Entries
server must | The entry has the COM version and the level of its exporter. | dcom/3.1.2.5.1.5/version dcom/3.1.2.5.1.1/authentication-hint
# 3.1.2.6 Timer Events
server should | A set that is not pinged in time belongs to a client that is gone. | dcom/3.1.2.6/objects-of-a-set-that-ran-out
server must | Objects of no other set are reclaimed when a set runs out. | dcom/3.1.2.6/objects-of-a-set-that-ran-out
server must | Objects that another set pings stay. | dcom/3.1.2.6/objects-of-another-set
server must | A set that ran out is gone. | dcom/3.1.2.6/set-that-ran-out
`;
