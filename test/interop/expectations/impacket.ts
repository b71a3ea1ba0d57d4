import type { Expected } from '../../support/unittests.js';

const SMB = 'goes over SMB, which this server has not';
const NO_TYPE_INFORMATION = 'asks for type information, which these objects have not: GetTypeInfo is E_NOTIMPL';

/** tests/dcerpc/test_{dcomrt,epm,mgmt}.py of impacket's source distribution, and why a test of them fails here. */
export const SUITES: Expected = [
  [/^(EPM|MGMT)TestsSMBTransport(64)?\.(test_(map|lookup)$|test_h?(inq|is|stop)_)/, SMB],
  [/^EPMTests\w+\.test_hept_map$/, 'asks for endpoints on named pipes first; this server has none'],
  [/^DCOMConnectionTests\.test_comev$/, NO_TYPE_INFORMATION],
  [/\.test_oaut$/, `${NO_TYPE_INFORMATION}; impacket itself skips it`],
  [/\.test_(scmp|vds)$/, 'calls the shadow copy and the virtual disk service; impacket itself skips it'],
];

/** tests/SMB_RPC/test_rpcrt.py. */
export const RPC_RUNTIME: Expected = [
  [/^RPCRTTestsSMBTransport\./, SMB],
  [/^RPCRTTestsTCPTransport\.test_bigRequestMustFragment$/, 'calls SAMR, which is in the endpoint map alone'],
];
