import { describe, expect, test } from 'vitest';
import { PFC, RPC_C_AUTHN_LEVEL } from '../../../../src/codec/rpce/index.js';
import { Pair } from '../../../support/associations.js';

const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

describe("a client's verification trailer", () => {
  /** [MS-RPCE] 2.2.2.13.2, 3.3.1.5.2.2: a server takes a claim that the bind did not make for a downgrade attack. */
  test.each([CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY])(
    'claims header signing where its bind announced it, and only there: level %d',
    (level) => {
      const pair = new Pair({ level }).bind();
      const bind = pair.wire.find(({ from }) => from === 'client')?.pdu;
      expect(((bind?.[3] ?? 0) & PFC.SUPPORT_HEADER_SIGN) !== 0).toBe(level >= PKT_INTEGRITY);
      pair.request({ stub: Buffer.from('stub'), verificationTrailer: true });
      expect(pair.clientEvents.filter(({ type }) => type === 'fault')).toEqual([]);
      expect(pair.calls.map(({ stub }) => stub.toString())).toEqual(['stub']);
    },
  );
});
