import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { type DecodedPdu, readDecoded } from '../../../../src/capture/decode/decode.js';
import { pduRecord } from '../../../../src/capture/decode/record.js';
import { interfaceName } from '../../../../src/codec/interfaces.js';
import { decodeKeytab } from '../../../../src/codec/kerberos/index.js';
import { findVerificationTrailer, PFC } from '../../../../src/codec/rpce/index.js';
import { REFUSED_BY } from '../../../../src/codec/status/refused-by.js';
import { Secret, serviceKeys, sniffer } from '../../../../src/security/index.js';
import { type CorpusRow, type ExpectedActivation, recordedCorpus } from '../../../support/recorded-corpus.js';

/** C706 12.6.4.9: the first fragment of a call says which it is; what later ones say is ignored. */
const begins = ({ pfc_flags, opnum, uuid, ptype }: CorpusRow): boolean =>
  opnum !== undefined && (ptype !== 'request' || ((pfc_flags & PFC.FIRST_FRAG) !== 0 && uuid !== undefined));

/** A row of the corpus in the members that a decoder tells too. */
const asDecoded = (row: CorpusRow) => ({
  frame: row.frame,
  stream: row.stream,
  src: row.from,
  dst: row.to,
  ptype: row.ptype,
  call_id: row.call_id,
  ...(row.auth_type !== undefined && { auth: [row.auth_type, row.auth_level, row.auth_context_id] }),
  ...(row.uuid !== undefined && { interface: interfaceName(row.uuid) }),
  ...(begins(row) && { opnum: row.opnum, operation: row.operation }),
  ...(row.request_frame !== undefined && { request_frame: row.request_frame }),
  ...(row.status !== undefined && { status: row.status }),
  ...(row.user !== undefined && { user: row.user }),
  ...(row.stub_length !== undefined && { stub_length: row.stub_length }),
  ...(row.stub !== undefined && { stub: row.stub }),
});

/** Without the verification trailer, which is none of the interface's. */
const parametersOf = (stub: Buffer): Buffer => stub.subarray(0, findVerificationTrailer(stub)?.offset);

/** A decoded PDU in those members of a row that the row has. */
function decodedAs(row: CorpusRow, decoded: DecodedPdu) {
  const record = pduRecord('', decoded);
  const { message, pdu } = decoded.observed;
  const { frame, stream, src, dst, ptype, call_id, auth_type, auth_level, auth_context_id } = record;
  const stub = message?.kind === 'request' || message?.kind === 'response' ? parametersOf(message.stub) : undefined;
  return {
    ...{ frame, stream, src, dst, ptype, call_id },
    ...(pdu?.auth !== undefined &&
      pdu.auth.auth_value.length > 0 && { auth: [auth_type, auth_level, auth_context_id] }),
    ...(row.uuid !== undefined && { interface: record.interface }),
    ...(begins(row) && { opnum: record.opnum, operation: record.operation }),
    ...(row.request_frame !== undefined && { request_frame: record.request_frame }),
    ...(row.status !== undefined && { status: record.status }),
    ...(row.user !== undefined && { user: record.user }),
    ...(row.stub_length !== undefined && { stub_length: stub?.length }),
    ...(row.stub !== undefined && { stub: stub?.toString('hex') }),
  };
}

describe.each(recordedCorpus)('the capture $name', ({ path, rows, entry, keytab }) => {
  test('decodes, with its secrets, to what its server says that it received and sent', async () => {
    const secrets = entry.accounts.map(({ password }) => ({ secret: Secret.password(password) }));
    const observe = sniffer({ secrets, ...(keytab && { keys: serviceKeys(decodeKeytab(keytab)) }) });
    const decoded: DecodedPdu[] = [];
    for await (const pdu of readDecoded(path, { observe })) decoded.push(pdu);
    expect(decoded).toHaveLength(entry.pdus);
    const found = decoded.map((pdu, index) => decodedAs(rows[index] as CorpusRow, pdu));
    expect(found).toEqual(rows.map(asDecoded));
  });

  test.each(['2021-06-08', '2022-06-14'])(
    'audits, as of %s, to what KB5004442 says of the activations in it, and to each relay',
    async (asOf) => {
      const { activations, findings } = await audit([path], { asOf });
      const decision = ({ auth_level, user, refused_since }: ExpectedActivation): string => {
        // The policy is about those who have authenticated.
        if (auth_level === 1 || (user === 'ANONYMOUS LOGON' && auth_level < 5)) return 'not covered';
        return refused_since !== null && refused_since <= asOf ? 'refused' : 'accepted';
      };
      expect(activations.toSorted((a, b) => a.frame - b.frame)).toMatchObject(
        entry.audit.activations.map((expected) => ({
          frame: expected.frame,
          client: expected.from,
          server: expected.to,
          operation: expect.stringMatching(`::${expected.operation}$`),
          auth_type: expected.auth_type,
          auth_level: expected.auth_level,
          user: expected.user,
          decision: decision(expected),
        })),
      );
      const relays = findings.filter(({ finding }) => finding === 'relay');
      expect(relays.map(({ detail }) => detail)).toEqual(
        entry.audit.relays.map(({ through }) => expect.stringContaining(`: ${through} is in the middle`)),
      );
    },
  );
});

test('the corpus has every kind of refusal that a server can tell, but for two', () => {
  /** What a client says, or one who has the answer alone. */
  const ofOthers = ['transport', 'safety rule', 'victim', 'fault', 'result'];
  const notRecorded = ['session', 'method'];
  const found = new Set(recordedCorpus.flatMap(({ rows }) => rows.flatMap(({ refused_by: who }) => who ?? [])));
  const all = Object.keys(REFUSED_BY).filter((who) => ![...ofOthers, ...notRecorded].includes(who));
  expect([...found].sort()).toEqual(all.sort());
});
