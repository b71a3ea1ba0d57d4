import { fromHex } from '../../src/codec/bytes.js';

/** utgard 1.4 over j-interop, a client that vendors ship, to a simulated server: IOPCServer::GetStatus. */
export const getStatusRequest = fromHex(`
  0500070000000000 00000000b72234c6 04df5848b6f8a423 7777861100000000 0000000000000000 00000000
`);

/** What it was answered, and read. */
export const getStatusResponse = fromHex(`
  0000000000000000 00000200b0fc4f58 cf7edd01b0fc4f58 cf7edd01b0fc4f58 cf7edd0101000000 00000000ffffffff
  0100020003000000 040002000e000000 000000000e000000 4800610072006e00 6500730073002000 4f00500043002000
  e400000000000000
`);

/** The same client: IOPCServer::AddGroup with its pTimeBias and pPercentDeadband left out. */
export const addGroupRequest = fromHex(`
  0500070000000000 0000000027a93139 85d9f54db02db0aa 09b94abc00000000 0500000000000000 0500000074006500
  7300740000000000 01000000e8030000 0000000000000000 0000000000000000 503ac1391e01d011 96750020afd8adb3
  0000000000000000 0000000000000000
`);
