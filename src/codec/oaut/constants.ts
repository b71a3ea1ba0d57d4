/** [MS-OAUT] 1.9: the GUIDs of the protocol. */
export const CLSID_RecordInfo = '0000002f-0000-0000-c000-000000000046';
export const IID_IClassFactory = '00000001-0000-0000-c000-000000000046';
export const IID_IDispatch = '00020400-0000-0000-c000-000000000046';
export const IID_IProvideClassInfo = 'b196b283-bab4-101a-b69c-00aa00341d07';
export const IID_IRecordInfo = '0000002f-0000-0000-c000-000000000046';
export const IID_ITypeInfo = '00020401-0000-0000-c000-000000000046';

/** [MS-OAUT] 2.2.7. */
export const VT_EMPTY = 0x0000;
export const VT_NULL = 0x0001;
export const VT_I2 = 0x0002;
export const VT_I4 = 0x0003;
export const VT_R4 = 0x0004;
export const VT_R8 = 0x0005;
export const VT_CY = 0x0006;
export const VT_DATE = 0x0007;
export const VT_BSTR = 0x0008;
export const VT_DISPATCH = 0x0009;
export const VT_ERROR = 0x000a;
export const VT_BOOL = 0x000b;
export const VT_VARIANT = 0x000c;
export const VT_UNKNOWN = 0x000d;
export const VT_DECIMAL = 0x000e;
export const VT_I1 = 0x0010;
export const VT_UI1 = 0x0011;
export const VT_UI2 = 0x0012;
export const VT_UI4 = 0x0013;
export const VT_I8 = 0x0014;
export const VT_UI8 = 0x0015;
export const VT_INT = 0x0016;
export const VT_UINT = 0x0017;
export const VT_VOID = 0x0018;
export const VT_HRESULT = 0x0019;
export const VT_PTR = 0x001a;
export const VT_SAFEARRAY = 0x001b;
export const VT_CARRAY = 0x001c;
export const VT_USERDEFINED = 0x001d;
export const VT_LPSTR = 0x001e;
export const VT_LPWSTR = 0x001f;
export const VT_RECORD = 0x0024;
export const VT_INT_PTR = 0x0025;
export const VT_UINT_PTR = 0x0026;
export const VT_ARRAY = 0x2000;
export const VT_BYREF = 0x4000;

/** [MS-OAUT] 2.2.8: what a SAFEARRAY's elements are on the wire. */
export const SF_I2 = VT_I2;
export const SF_I4 = VT_I4;
export const SF_BSTR = VT_BSTR;
export const SF_DISPATCH = VT_DISPATCH;
export const SF_ERROR = VT_ERROR;
export const SF_VARIANT = VT_VARIANT;
export const SF_UNKNOWN = VT_UNKNOWN;
export const SF_I1 = VT_I1;
export const SF_I8 = VT_I8;
export const SF_RECORD = VT_RECORD;
export const SF_HAVEIID = 0x800d;

/** [MS-OAUT] 2.2.9. */
export const FADF_AUTO = 0x0001;
export const FADF_STATIC = 0x0002;
export const FADF_EMBEDDED = 0x0004;
export const FADF_FIXEDSIZE = 0x0010;
export const FADF_RECORD = 0x0020;
export const FADF_HAVEIID = 0x0040;
export const FADF_HAVEVARTYPE = 0x0080;
export const FADF_BSTR = 0x0100;
export const FADF_UNKNOWN = 0x0200;
export const FADF_DISPATCH = 0x0400;
export const FADF_VARIANT = 0x0800;

/** [MS-OAUT] 2.2.32.1. */
export const DISPID_VALUE = 0;
export const DISPID_UNKNOWN = -1;
export const DISPID_PROPERTYPUT = -3;
export const DISPID_NEWENUM = -4;

/** [MS-OAUT] 3.1.4.4: how a member is invoked, and which results the client has no use for. */
export const DISPATCH_METHOD = 0x00000001;
export const DISPATCH_PROPERTYGET = 0x00000002;
export const DISPATCH_PROPERTYPUT = 0x00000004;
export const DISPATCH_PROPERTYPUTREF = 0x00000008;
export const DISPATCH_zeroVarResult = 0x00020000;
export const DISPATCH_zeroExcepInfo = 0x00040000;
export const DISPATCH_zeroArgErr = 0x00080000;

/** [MS-ERREF] 2.1.1: what GetIDsOfNames and Invoke return ([MS-OAUT] 3.1.4.2 to 3.1.4.4). */
export const DISP_E_UNKNOWNINTERFACE = 0x80020001;
export const DISP_E_MEMBERNOTFOUND = 0x80020003;
export const DISP_E_PARAMNOTFOUND = 0x80020004;
export const DISP_E_TYPEMISMATCH = 0x80020005;
export const DISP_E_UNKNOWNNAME = 0x80020006;
export const DISP_E_NONAMEDARGS = 0x80020007;
export const DISP_E_BADVARTYPE = 0x80020008;
export const DISP_E_EXCEPTION = 0x80020009;
export const DISP_E_OVERFLOW = 0x8002000a;
export const DISP_E_BADINDEX = 0x8002000b;
export const DISP_E_BADPARAMCOUNT = 0x8002000e;
export const DISP_E_PARAMNOTOPTIONAL = 0x8002000f;
