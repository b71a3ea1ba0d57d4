import { describe, expect, test } from 'vitest';
import {
  type ContextElement,
  FAULT,
  NDR20_SYNTAX,
  NDR64_SYNTAX,
  REASON,
  REJECT,
  RESULT,
} from '../../../src/codec/rpce/index.js';
import { interfaceTable, type RpcInterface, versionFits } from '../../../src/rpc/index.js';
import { ECHO, element } from '../../support/associations.js';
import { RawServer } from '../../support/raw-server.js';

const ZERO = { uuid: '00000000-0000-0000-0000-000000000000', version: 0 };
const OTHER: RpcInterface = { ...ECHO, name: 'other', uuid: '60a15ec5-4de8-11d7-a637-005056a20183' };
const ACTIVATOR: RpcInterface = {
  name: 'activator',
  uuid: '000001a0-0000-0000-c000-000000000046',
  version: 0,
  operationCount: 5,
  transferSyntaxes: ['ndr20'],
};
const interfaces = interfaceTable([ECHO, OTHER, ACTIVATOR]);

const accepted = (transfer_syntax = NDR20_SYNTAX as { uuid: string; version: number }) => ({
  result: RESULT.acceptance,
  reason: 0,
  transfer_syntax,
});
const rejected = (reason: number) => ({ result: RESULT.provider_rejection, reason, transfer_syntax: ZERO });
const { abstract_syntax_not_supported, proposed_transfer_syntaxes_not_supported } = REASON;

function results(elements: ContextElement[], profile = {}): unknown {
  const answer = new RawServer({ interfaces, profile }).bind(elements);
  return answer?.PTYPE === 'bind_ack' ? answer.results : answer;
}

describe('presentation negotiation, [MS-RPCE] 3.3.1.5.6', () => {
  test('one proposal that is known is accepted', () => {
    expect(results([element(0)])).toEqual([accepted()]);
  });

  test('the one accepted is what the server prefers, wherever it stands: NDR64 on 64-bit Windows', () => {
    const proposals = [element(0, ECHO, NDR20_SYNTAX), element(1, ECHO, NDR64_SYNTAX)];
    expect(results(proposals)).toEqual([rejected(proposed_transfer_syntaxes_not_supported), accepted(NDR64_SYNTAX)]);
    expect(results([element(0, ECHO, NDR20_SYNTAX, NDR64_SYNTAX)])).toEqual([accepted(NDR64_SYNTAX)]);
  });

  test('a server that prefers NDR20 takes NDR20', () => {
    const profile = { preferredTransferSyntax: 'ndr20' } as const;
    const proposals = [element(0, ECHO, NDR64_SYNTAX), element(1, ECHO, NDR20_SYNTAX)];
    expect(results(proposals, profile)).toEqual([rejected(proposed_transfer_syntaxes_not_supported), accepted()]);
  });

  test('without the preferred one, the first that is supported is accepted', () => {
    expect(results([element(0, ECHO, ZERO, NDR20_SYNTAX)])).toEqual([accepted()]);
  });

  test('a server of NDR20 alone rejects NDR64', () => {
    expect(
      results([element(0, ECHO, NDR64_SYNTAX)], { transferSyntaxes: ['ndr20'], preferredTransferSyntax: 'ndr20' }),
    ).toEqual([rejected(proposed_transfer_syntaxes_not_supported)]);
  });

  test('at most one transfer syntax of an interface is accepted', () => {
    expect(results([element(0), element(1)])).toEqual([accepted(), rejected(proposed_transfer_syntaxes_not_supported)]);
  });

  test('of several abstract syntaxes Windows accepts one; a profile may accept one of each', () => {
    const proposals = [element(0), element(1, OTHER), element(2)];
    const no = rejected(proposed_transfer_syntaxes_not_supported);
    expect(results(proposals)).toEqual([accepted(), no, no]);
    expect(results(proposals, { acceptsSeveralContexts: true })).toEqual([accepted(), accepted(), no]);
  });

  test('an interface that takes NDR20 alone, as the activators do ([MS-DCOM] 3.1.2.5.2), never gets NDR64', () => {
    const no = rejected(proposed_transfer_syntaxes_not_supported);
    expect(results([element(0, ACTIVATOR, NDR20_SYNTAX), element(1, ACTIVATOR, NDR64_SYNTAX)])).toEqual([
      accepted(),
      no,
    ]);
    expect(results([element(0, ACTIVATOR, NDR64_SYNTAX)])).toEqual([no]);
  });

  test('an unknown interface is rejected as such, and the connection stays usable', () => {
    const unknown = { ...ECHO, uuid: NDR20_SYNTAX.uuid };
    const server = new RawServer();
    expect(server.bind([element(1, unknown)])).toMatchObject({ results: [rejected(abstract_syntax_not_supported)] });
    expect(server.alter([element(1, unknown)])).toMatchObject({ results: [rejected(abstract_syntax_not_supported)] });
    expect(server.alter([element(2)], { call_id: 3 })).toMatchObject({ results: [accepted()] });
    expect(server.request({ call_id: 4, p_cont_id: 2 })).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  test('where all is rejected the answer is still a bind_ack, with as many results as proposals', () => {
    const answer = results([element(0, ECHO, ZERO), element(1, { ...ECHO, version: 2 }), element(2, ECHO, ZERO)]);
    expect(answer).toEqual([
      rejected(proposed_transfer_syntaxes_not_supported),
      rejected(abstract_syntax_not_supported),
      rejected(proposed_transfer_syntaxes_not_supported),
    ]);
  });

  test('interface versions fit where the major is the same and the server’s minor not lower, C706 6.1.1', () => {
    expect(versionFits(0x0002_0001, 0x0001_0001)).toBe(true);
    expect(versionFits(0x0002_0001, 0x0002_0001)).toBe(true);
    expect(versionFits(0x0001_0001, 0x0002_0001)).toBe(false);
    expect(versionFits(0x0000_0002, 0x0000_0001)).toBe(false);
  });

  test('a transfer syntax counts with its version', () => {
    expect(results([element(0, ECHO, { ...NDR20_SYNTAX, version: 1 })])).toEqual([
      rejected(proposed_transfer_syntaxes_not_supported),
    ]);
  });
});

describe('proposals that are none', () => {
  test('a bind without any context: bind_nak 4 from Windows Server 2022, 0 from 2012 R2', () => {
    expect(new RawServer().bind([])).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 4 });
    const old = { emptyBindReason: REJECT.REASON_NOT_SPECIFIED };
    expect(new RawServer({ profile: old }).bind([])).toMatchObject({ provider_reject_reason: 0 });
  });

  test('a context without any transfer syntax: bind_nak 0', () => {
    const none = { ...element(0), transfer_syntaxes: [] };
    expect(new RawServer().bind([none])).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 0 });
  });

  test.each([
    ['no context', []],
    ['a context without any transfer syntax', [{ ...element(0), transfer_syntaxes: [] }]],
  ])('an alter_context with %s is a protocol error that names no context', (_name, elements) => {
    const server = new RawServer();
    server.bind();
    expect(server.alter(elements)).toMatchObject({
      PTYPE: 'fault',
      status: FAULT.PROTO_ERROR,
      p_cont_id: 0,
      pfc_flags: 0x23,
    });
    expect(server.closed).toBeDefined();
  });
});

describe('a context that exists', () => {
  const bound = (): RawServer => {
    const server = new RawServer({ interfaces });
    server.bind([element(1)]);
    return server;
  };

  test('may be proposed again as it is', () => {
    expect(bound().alter([element(1)])).toMatchObject({ PTYPE: 'alter_context_resp', results: [accepted()] });
  });

  test('may not get another transfer syntax', () => {
    const server = bound();
    expect(server.alter([element(1, ECHO, NDR20_SYNTAX, NDR64_SYNTAX)])).toMatchObject({ status: FAULT.PROTO_ERROR });
    expect(server.closed).toMatch(/presentation context 1/);
  });

  test.each([
    ['a transfer syntax that is supported', NDR20_SYNTAX],
    ['one that is not', ZERO],
  ])('may not get another interface, be it with %s', (_name, syntax) => {
    expect(bound().alter([element(1, OTHER, syntax)])).toMatchObject({ status: FAULT.PROTO_ERROR });
  });

  test('keeps what it has where unknown transfer syntaxes are proposed for it, or an unknown interface', () => {
    const server = bound();
    const no = rejected(proposed_transfer_syntaxes_not_supported);
    expect(server.alter([element(1, ECHO, ZERO)])).toMatchObject({ results: [no] });
    const unknown = { ...ECHO, uuid: ZERO.uuid };
    expect(server.alter([element(1, unknown)])).toMatchObject({ results: [rejected(abstract_syntax_not_supported)] });
    server.request({ call_id: 3, p_cont_id: 1 });
    expect(server.calls).toHaveLength(1);
  });

  test('belongs to its connection alone', () => {
    bound();
    const other = new RawServer({ interfaces });
    other.bind([element(2)]);
    expect(other.request({ p_cont_id: 1 })).toMatchObject([{ status: FAULT.UNKNOWN_IF }]);
  });
});

describe('limit of presentation contexts, [MS-RPCE] 3.3.3.5.5', () => {
  test('one more than 4000 for each interface is refused with bind_nak 2, by bind and by alter_context', () => {
    const limits = { maxContextsPerInterface: 2 };
    const server = new RawServer({ limits });
    server.bind([element(0)]);
    expect(server.alter([element(1)])).toMatchObject({ PTYPE: 'alter_context_resp' });
    expect(server.alter([element(0)])).toMatchObject({ PTYPE: 'alter_context_resp' });
    expect(server.alter([element(2)])).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 2 });
    expect(server.closed).toBeDefined();
    const none = new RawServer({ limits: { maxContexts: 0 } });
    expect(none.bind()).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: REJECT.LOCAL_LIMIT_EXCEEDED });
  });

  test('4000 contexts of one interface are taken, the 4001st is not', () => {
    const server = new RawServer();
    server.bind();
    for (let id = 1; id < 4000; id++) server.alter([element(id)]);
    expect(server.closed).toBeUndefined();
    expect(server.alter([element(4000)])).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 2 });
  });
});

describe('presentation context of a request', () => {
  test('one that was not negotiated is nca_unk_if with context 0, and the connection goes on', () => {
    const server = new RawServer();
    server.bind();
    expect(server.request({ p_cont_id: 12_345 })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.UNKNOWN_IF, p_cont_id: 0, pfc_flags: 0x23 },
    ]);
    server.request({ call_id: 2 });
    expect(server.calls).toHaveLength(1);
  });

  test('a response names the low octet of the context alone, as Windows does; a fault all of it', () => {
    const server = new RawServer();
    server.bind([element(0x1001)]);
    server.request({ p_cont_id: 0x1001 });
    const [response] = server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(response?.readUInt16LE(20)).toBe(0x01);
    expect(server.request({ p_cont_id: 0x1001, opnum: 9, call_id: 2 })).toMatchObject([{ p_cont_id: 0x1001 }]);
    const whole = new RawServer({ profile: { responseContextId: 'whole' } });
    whole.bind([element(0x1001)]);
    whole.request({ p_cont_id: 0x1001 });
    expect(whole.association.respond(whole.calls[0]!, Buffer.alloc(0))[0]?.readUInt16LE(20)).toBe(0x1001);
  });
});
