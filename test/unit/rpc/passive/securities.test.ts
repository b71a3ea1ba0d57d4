import { describe, expect, test } from 'vitest';
import { type Pdu, PFC } from '../../../../src/codec/rpce/index.js';
import { ObservedContexts } from '../../../../src/rpc/passive/contexts.js';
import type { CallHead } from '../../../../src/rpc/passive/head.js';
import { ObservedLevels } from '../../../../src/rpc/passive/levels.js';
import { UNKNOWN, worse } from '../../../../src/rpc/passive/observed.js';
import { ObservedSecurities } from '../../../../src/rpc/passive/security.js';
import { element } from '../../../support/associations.js';
import { bindPdu, WHOLE } from '../../../support/raw-server.js';

const signing = { pfc_flags: WHOLE | PFC.SUPPORT_HEADER_SIGN };
const bind = { ...bindPdu([element(0)]), ...signing } as Pdu;
const ack = { PTYPE: 'bind_ack', call_id: 1, ...signing } as Pdu;
const trailer = (auth_context_id: number) => ({
  ...{ auth_type: 10, auth_level: 5, auth_pad_length: 0, auth_context_id },
  auth_value: Buffer.from('NTLMSSP\0'),
});

describe('header signing, [MS-RPCE] 3.3.1.5.2.2, is agreed on', () => {
  test.each([
    ['the client alone', [['client', bind]], false],
    ['the server alone', [['server', ack]], false],
    ['both', [['client', bind], ['server', ack]], true], // biome-ignore format: a row of a table
  ] as const)('where the flag was shown by %s: %#', (_who, shown, agreed) => {
    const securities = new ObservedSecurities(() => undefined);
    for (const [sender, pdu] of shown) securities.note(pdu, sender);
    expect(securities.signHeader).toBe(agreed);
  });
});

test('a protected request, cut before its trailer, says nothing of its level where no handshake was seen', () => {
  const levels = new ObservedLevels(new ObservedContexts(), new ObservedSecurities(() => undefined));
  const head = { auth: undefined, protected: true } as CallHead;
  expect(levels.ofHead(head)).toBe(UNKNOWN);
});

test('handshakes beyond the contexts that are kept in mind are passed over', () => {
  const securities = new ObservedSecurities(() => undefined);
  for (let id = 0; id < 2_100; id++) securities.note({ ...bind, auth: trailer(id) } as Pdu, 'client');
  expect(securities.all).toHaveLength(2_048);
});

test.each([
  ['verified', 'plain', 'plain'],
  ['plain', 'signed', 'signed'],
  ['signed', 'sealed', 'sealed'],
  ['sealed', 'bad signature', 'bad signature'],
] as const)('a message of which one fragment is %s and one %s is %s, in any order', (one, other, worst) => {
  expect([worse(one, other), worse(other, one), worse(undefined, one), worse(one, one)]).toEqual([
    worst,
    worst,
    one,
    one,
  ]);
});
