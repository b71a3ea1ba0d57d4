import { describe, expect, test } from 'vitest';
import { FAULT } from '../../../src/codec/rpce/index.js';
import { RELAY_VARIANTS, relay } from '../../../src/relay/index.js';
import { DEFAULT_PROFILE } from '../../../src/rpc/index.js';

describe('what stopped a relay is told by who refused, not by the status of the fault', () => {
  const statuses = { 'as a denied access': FAULT.ACCESS_DENIED, 'as a protocol error': FAULT.PROTO_ERROR };
  const servers = Object.entries(statuses).map(([how, badSignatureStatus]) => ({ how, badSignatureStatus }));

  describe.each(servers)('a server that answers a wrong signature $how', ({ badSignatureStatus }) => {
    const profile = { ...DEFAULT_PROFILE, badSignatureStatus };
    const stopped = RELAY_VARIANTS.filter((variant) => variant.stopped.unhardened !== undefined);

    test.each(stopped)('$id', async ({ id, stopped: { unhardened } }) => {
      const outcome = await relay({ variant: id, asOf: '2021-05', profile });
      expect(outcome.refusedBy).toBe(unhardened);
      expect(outcome.evidence.signature !== undefined).toBe(unhardened === 'signature');
    });
  });
});
