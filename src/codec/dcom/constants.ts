/** [MS-DCOM] 1.9: the GUIDs of the protocol. */
export const CLSID_ActivationContextInfo = '000001a5-0000-0000-c000-000000000046';
export const CLSID_ActivationPropertiesIn = '00000338-0000-0000-c000-000000000046';
export const CLSID_ActivationPropertiesOut = '00000339-0000-0000-c000-000000000046';
export const CLSID_CONTEXT_EXTENSION = '00000334-0000-0000-c000-000000000046';
export const CLSID_ContextMarshaler = '0000033b-0000-0000-c000-000000000046';
export const CLSID_ERROR_EXTENSION = '0000031c-0000-0000-c000-000000000046';
export const CLSID_ErrorObject = '0000031b-0000-0000-c000-000000000046';
export const CLSID_InstanceInfo = '000001ad-0000-0000-c000-000000000046';
export const CLSID_InstantiationInfo = '000001ab-0000-0000-c000-000000000046';
export const CLSID_PropsOutInfo = '00000339-0000-0000-c000-000000000046';
export const CLSID_ScmReplyInfo = '000001b6-0000-0000-c000-000000000046';
export const CLSID_ScmRequestInfo = '000001aa-0000-0000-c000-000000000046';
export const CLSID_SecurityInfo = '000001a6-0000-0000-c000-000000000046';
export const CLSID_ServerLocationInfo = '000001a4-0000-0000-c000-000000000046';
export const CLSID_SpecialSystemProperties = '000001b9-0000-0000-c000-000000000046';

export const IID_IActivation = '4d9f4ab8-7d1c-11cf-861e-0020af6e7c57';
export const IID_IActivationPropertiesIn = '000001a2-0000-0000-c000-000000000046';
export const IID_IActivationPropertiesOut = '000001a3-0000-0000-c000-000000000046';
export const IID_IContext = '000001c0-0000-0000-c000-000000000046';
export const IID_IObjectExporter = '99fcfec4-5260-101b-bbcb-00aa0021347a';
export const IID_IRemoteSCMActivator = '000001a0-0000-0000-c000-000000000046';
export const IID_IRemUnknown = '00000131-0000-0000-c000-000000000046';
export const IID_IRemUnknown2 = '00000143-0000-0000-c000-000000000046';
export const IID_IUnknown = '00000000-0000-0000-c000-000000000046';

/** [MS-DCOM] 2.2.28.1. */
export const MAX_REQUESTED_INTERFACES = 0x8000;
export const MAX_REQUESTED_PROTSEQS = 0x8000;
export const MIN_ACTPROP_LIMIT = 1;
export const MAX_ACTPROP_LIMIT = 10;

/** [MS-DCOM] 2.2.18.2: the client is not to ping for this object. */
export const SORF_NOPING = 0x1000;

/** [MS-DCOM] 3.1.2.2: how often a client pings, in milliseconds. */
export const PING_PERIOD = 120_000;

/** [MS-ERREF] 2.2: an object resolver does not know the exporter, the object, the ping set (any more). */
export const OR_INVALID_OXID = 0x00000776;
export const OR_INVALID_OID = 0x00000777;
export const OR_INVALID_SET = 0x00000778;

/** [MS-DCOM] 2.2.22.2.1. */
export const ACTVFLAGS_DISABLE_AAA = 0x02;
export const ACTVFLAGS_ACTIVATE_32_BIT_SERVER = 0x04;
export const ACTVFLAGS_ACTIVATE_64_BIT_SERVER = 0x08;
export const ACTVFLAGS_NO_FAILURE_LOG = 0x20;

/** [MS-DCOM] 2.2.22.2.2 and 6. */
export const SPD_FLAG_USE_CONSOLE_SESSION = 0x01;
export const SPD_FLAG_USE_DEFAULT_AUTHN_LVL = 0x02;

/** [MS-DCOM] 3.1.2.5.2.3.1: the Mode that asks for a class factory. */
export const MODE_GET_CLASS_OBJECT = 0xffffffff;
