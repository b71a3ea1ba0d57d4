/** [MS-DCOM] 3.1.2.5.2, the three methods of activation. */
export const DCOM_ACTIVATION = `
# 3.1.2.5.2 IActivation and IRemoteSCMActivator Methods
server must | Both interfaces are spoken in NDR. | dcom/3.1.2.5.2/activators-take-ndr20-alone
client must | Both interfaces are spoken in NDR. | dcom/3.1.2.5.2/ndr20-for-activators
# 3.1.2.5.2.1 IActivation Methods
server must | IActivation is there. | dcom/3.1.2.5.2.3.1/success-is-0 dcom/3.1.2.5.2.1/opnum-beyond
server must | RemoteActivation raises no fault for what its results can say. | dcom/3.1.2.5.2.3/unknown-class-remote-activation
# 3.1.2.5.2.2 IRemoteSCMActivator Methods
server must | IRemoteSCMActivator is there from COM version 5.6 on. | dcom/3.1.2.5.2.3.3/identifiers dcom/3.1.2.5.2.2/opnum-beyond
client must | Opnums 0 to 2 are not called. | dcom/3.1.2.5.2.2/local-opnums
server must | The methods raise no fault for what their results can say. | dcom/3.1.2.5.2.3/unknown-class-*
# 3.1.2.5.2.3 IActivation::RemoteActivation, IRemoteSCMActivator::RemoteGetClassObject, IRemoteSCMActivator::RemoteCreateInstance
server must | A caller without permission is refused with access denied. | hardening/anonymous/*
server must | A higher minor COM version is refused with RPC_E_VERSION_MISMATCH. | dcom/3.1.2.5.2.3/version-higher-minor-*
server must | Another major COM version is refused with RPC_E_VERSION_MISMATCH. | dcom/3.1.2.5.2.3/version-higher-major-* dcom/3.1.2.5.2.3/version-lower-major-*
server must | A known lower minor COM version is served. | (unwritten)
server must | An exporter of the class is started where none runs. | dcom/3.1.2.5.2.3.3/identifiers dcom/3.1.2.5.2.3.3/objects-of-their-own
server must | An object of the class is created, and a reference marshalled for each IID. | dcom/3.1.2.5.2.3/interfaces-in-order dcom/3.1.2.5.2.3/not-all-interfaces dcom/3.1.2.5.2.3/no-such-interface
server must | The exporter listens on the protocol sequence that was asked for. | dcom/3.1.1.5.6/i-rem-unknown dcom/3.1.1.5.4/interface-of-the-object
server should | The object is created in the session that dwSessionId names. | (config)
server must | A session that cannot be had is refused with CO_E_RUNAS_LOGON_FAILURE. | (config)
server should | With SPD_FLAG_USE_CONSOLE_SESSION the object is created in the session of the console. | (config)
server must | A class that runs as its caller is refused under ACTVFLAGS_DISABLE_AAA. | (config)
server should | ACTVFLAGS_ACTIVATE_32_BIT_SERVER starts a 32-bit exporter, or gives REGDB_E_CLASSNOTREG. | (config)
server should | ACTVFLAGS_ACTIVATE_64_BIT_SERVER starts a 64-bit exporter, or gives REGDB_E_CLASSNOTREG. | (config)
server should | Under ACTVFLAGS_NO_FAILURE_LOG failures are not logged. | (state)
server must | The client context of a class with an application identifier is read. | (config)
server must | A client context with extents is refused with RPC_E_INVALID_OBJREF. | (unwritten)
server must | A prototype context with extents is refused with RPC_E_INVALID_OBJREF. | (unwritten)
server must | Context properties are given to the application. | (state)
server must | A reference for each IID is returned. | dcom/3.1.2.5.2.3/interfaces-in-order dcom/3.1.2.5.2.3/not-all-interfaces dcom/3.1.2.5.2.3/no-such-interface
server must | The IPID of the Remote Unknown is returned. | dcom/3.1.2.5.2.3.3/identifiers
server must | The COM version of the exporter is returned. | dcom/3.1.2.5.2.3.3/version
server must | The bindings of the exporter are returned. | dcom/3.1.2.5.2.3.3/bindings
# 3.1.2.5.2.3.1 IActivation:: RemoteActivation
client should | ORPCTHIS has the negotiated version. | dcom/1.7/activation-version-*
client must | ORPCTHIS has no extensions. | dcom/3.1.2.5.2.3/no-extensions
server must | ORPCTHAT has no extensions. | (unwritten)
client must | The class is the one that the application asks for. | dcom/3.2.4.1.1.2/interfaces
server must | ClientImpLevel is ignored. | (unwritten)
client must | Mode is 0xffffffff for a class factory, else 0. | dcom/3.2.4.1.1.2/mode
client must | Interfaces is the number of IIDs, from 1 to 0x8000. | dcom/3.2.4.1.1.2/interfaces dcom/3.2.4.1.1.2/protocol-sequences
server must | Interfaces of 0 or above 0x8000 is no call. | dcom/3.1.2.5.2.3.1/interfaces-range dcom/3.1.2.5.2.3.1/interfaces-count
client must | cRequestedProtseqs is the number of protocol sequences, at least 1. | dcom/3.2.4.1.1.2/interfaces dcom/3.2.4.1.1.2/protocol-sequences
server must | The OXID is that of the exporter. | dcom/3.1.2.5.2.3.1/identifiers dcom/3.1.2.5.2.3.1/bindings dcom/3.1.2.5.2.3.1/version dcom/3.1.2.5.2.3.1/success-is-0
server must | The bindings of the exporter are there and not NULL. | dcom/3.1.2.5.2.3.1/identifiers dcom/3.1.2.5.2.3.1/bindings dcom/3.1.2.5.2.3.1/version dcom/3.1.2.5.2.3.1/success-is-0
server should | The string bindings have endpoints. | dcom/3.1.2.5.2.3.1/bindings
server must | The IPID of the Remote Unknown is there. | dcom/3.1.2.5.2.3.1/identifiers dcom/3.1.2.5.2.3.1/bindings dcom/3.1.2.5.2.3.1/version dcom/3.1.2.5.2.3.1/success-is-0
server should | The authentication hint is the lowest level that the exporter takes. | (unwritten)
server must | The COM version of the exporter is there. | dcom/3.1.2.5.2.3.1/identifiers dcom/3.1.2.5.2.3.1/bindings dcom/3.1.2.5.2.3.1/version dcom/3.1.2.5.2.3.1/success-is-0
server must | The one success of phr and of the results is 0. | dcom/3.1.2.5.2.3.1/identifiers dcom/3.1.2.5.2.3.1/bindings dcom/3.1.2.5.2.3.1/version dcom/3.1.2.5.2.3.1/success-is-0
server must | There is a reference and a result for each interface asked for. | dcom/3.1.2.5.2.3.1/success-is-0
server must | The results are 0 where phr says that the activation failed. | dcom/3.1.2.5.2.3/unknown-class-remote-activation
server must | The Mode of class factories gives a class factory. | (unwritten)
# 3.1.2.5.2.3.2 IRemoteSCMActivator:: RemoteGetClassObject
client should | ORPCTHIS has the negotiated version. | dcom/1.7/activation-version-*
client must | ORPCTHIS has no extensions. | dcom/3.1.2.5.2.3/no-extensions
server must | ORPCTHAT has no extensions. | (unwritten)
client must | The properties are an OBJREF_CUSTOM of CLSID_ActivationPropertiesIn and its IID. | dcom/3.1.2.5.2.3.3/properties-in
client must | The properties that are required are there. | dcom/3.1.2.5.2.3.3/required-properties
server should | Unknown properties are ignored. | dcom/3.1.2.5.2.3.3/unknown-property
server must | The answer is an OBJREF_CUSTOM of CLSID_ActivationPropertiesOut and its IID. | dcom/3.1.2.5.2.3.2/identifiers dcom/3.1.2.5.2.3.2/bindings dcom/3.1.2.5.2.3.2/version dcom/3.1.2.5.2.3.2/one-exporter
server must | ScmReplyInfoData and PropsOutInfo are in the answer. | dcom/3.1.2.5.2.3.2/identifiers dcom/3.1.2.5.2.3.2/bindings dcom/3.1.2.5.2.3.2/version dcom/3.1.2.5.2.3.2/one-exporter
client should | Unknown properties of the answer are ignored. | dcom/3.1.2.5.2.3.3/unknown-property-out
server must | A class factory is returned. | dcom/3.1.2.5.2.3.2/identifiers dcom/3.1.2.5.2.3.2/bindings dcom/3.1.2.5.2.3.2/version dcom/3.1.2.5.2.3.2/one-exporter
# 3.1.2.5.2.3.3 IRemoteSCMActivator::RemoteCreateInstance
client should | ORPCTHIS has the negotiated version. | dcom/1.7/activation-version-*
client must | ORPCTHIS has no extensions. | dcom/3.1.2.5.2.3/no-extensions
server must | ORPCTHAT has no extensions. | (unwritten)
client must | pUnkOuter is NULL. | dcom/3.1.2.5.2.3.3/outer
server must | pUnkOuter is ignored. | (unwritten)
client must | The properties are an OBJREF_CUSTOM of CLSID_ActivationPropertiesIn and its IID. | dcom/3.1.2.5.2.3.3/properties-in
client must | The properties that are required are there. | dcom/3.1.2.5.2.3.3/required-properties
server must | A request without a required property is refused. | dcom/3.1.2.5.2.3.3/without-properties
server should | Unknown properties are ignored. | dcom/3.1.2.5.2.3.3/unknown-property
server must | The answer is an OBJREF_CUSTOM of CLSID_ActivationPropertiesOut and its IID. | dcom/3.1.2.5.2.3.3/answer-is-custom
server must | ScmReplyInfoData and PropsOutInfo are in the answer. | dcom/3.1.2.5.2.3.3/answer-is-custom
client should | Unknown properties of the answer are ignored. | dcom/3.1.2.5.2.3.3/unknown-property-out
server must | An object of the class is returned. | dcom/3.1.2.5.2.3.3/identifiers dcom/3.1.2.5.2.3.3/objects-of-their-own
`;
