import { describe, expect, test } from 'vitest';
import { Identifiers } from '../../../../src/capture/replay/identifiers.js';
import { UUID_NULL } from '../../../../src/codec/uuid.js';

const learned = (): Identifiers => {
  const identifiers = new Identifiers();
  identifiers.learn(
    { std: { oxid: 1n, oid: 10n, ipid: 'a' }, pSetId: 5n, others: [{ oid: 11n }] },
    { std: { oxid: 2n, oid: 20n, ipid: 'b' }, pSetId: 6n, others: [{ oid: 21n }] },
  );
  return identifiers;
};

describe('identifiers of one party in the terms of another', () => {
  test('[MS-DCOM] 3.1.2.5.1.3: the SETID and both lists of OIDs of a ComplexPing are those that were handed out now', () => {
    const missing: string[] = [];
    const ping = { pSetId: 5n, SequenceNum: 1, AddToSet: [10n, 11n], DelFromSet: [11n] };
    expect(learned().rewrite(ping, (each) => missing.push(each))).toEqual({
      pSetId: 6n,
      SequenceNum: 1,
      AddToSet: [20n, 21n],
      DelFromSet: [21n],
    });
    expect(missing).toEqual([]);
  });

  test('an OID in such a list that nobody has handed out is told, and stays', () => {
    const missing: string[] = [];
    const ping = { pSetId: 0n, AddToSet: [10n, 0xabn], DelFromSet: null };
    expect(learned().rewrite(ping, (each) => missing.push(each))).toEqual({ ...ping, AddToSet: [20n, 0xabn] });
    expect(missing).toEqual(['0xab']);
  });

  test('the first meeting holds, and what is no identifier stays as it is', () => {
    const identifiers = learned();
    identifiers.learn({ oid: 10n, ipid: UUID_NULL }, { oid: 99n, ipid: 'c' });
    const value = { oid: 10n, ipid: UUID_NULL, ullArg: 10n, bytes: Buffer.from('a') };
    expect(identifiers.rewrite(value)).toEqual({ ...value, oid: 20n });
  });
});
