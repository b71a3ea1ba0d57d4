import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { encodePdu, NDR20_SYNTAX, type Pdu, PFC } from '../../../../src/codec/rpce/index.js';
import { SMB2, STATUS_MORE_PROCESSING_REQUIRED } from '../../../../src/codec/smb/index.js';
import { ntlmInitiator, Secret, type SecurityContext } from '../../../../src/security/index.js';
import { CREDENTIALS, labAcceptor, NOW, PASSWORD, seeded } from '../../../support/security.js';
import { captureOf } from '../../../support/segments.js';
import { bodies, SmbTalk } from '../../../support/smb.js';

const HEAD = { pfc_flags: PFC.FIRST_FRAG | PFC.LAST_FRAG, call_id: 1 };
const SIZES = { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: 0 };
const SVCCTL = { uuid: '367abb81-9844-35f1-ad32-98f038001003', version: 2 };
const CONTEXT = { p_cont_id: 0, abstract_syntax: SVCCTL, transfer_syntaxes: [NDR20_SYNTAX] };
const pdu = (body: object): Buffer => encodePdu({ ...HEAD, ...body } as Pdu);
const BIND = pdu({ PTYPE: 'bind', ...SIZES, p_context_elem: [CONTEXT] });
const BOUND = pdu({
  ...{ PTYPE: 'bind_ack', ...SIZES, sec_addr: Buffer.from('\\pipe\\ntsvcs\0') },
  results: [{ result: 0, reason: 0, transfer_syntax: NDR20_SYNTAX }],
});
const REQUEST = pdu({ PTYPE: 'request', alloc_hint: 0, p_cont_id: 0, opnum: 15, stub: Buffer.alloc(8) });
const DENIED = pdu({ PTYPE: 'fault', alloc_hint: 0, p_cont_id: 0, cancel_count: 0, status: 5, stub: Buffer.alloc(0) });

/** A session of SMB that begins by NTLM. */
function logOn(talk: SmbTalk, session: bigint, user: string | undefined): SmbTalk {
  const credentials = { ...CREDENTIALS, user: user ?? '', secret: Secret.password(PASSWORD) };
  const initiator = ntlmInitiator({ random: seeded('client'), ...(user !== undefined && { credentials }) });
  const client = initiator.initiate({ level: 2, target: 'cifs/srv' });
  const step = (context: SecurityContext, token?: Uint8Array) => context.step(token, NOW).token as Uint8Array;
  const negotiate = step(client);
  const challenge = step(labAcceptor().accept(), negotiate);
  const { SESSION_SETUP } = SMB2;
  talk.ask(SESSION_SETUP, bodies.setup(negotiate), { session: 0n });
  talk.answer(SESSION_SETUP, bodies.setUp(challenge), undefined, { status: STATUS_MORE_PROCESSING_REQUIRED, session });
  talk.ask(SESSION_SETUP, bodies.setup(step(client, challenge)), { session });
  return talk.answer(SESSION_SETUP, bodies.setUp(''), undefined, { session });
}

/** A call in a pipe that is denied. */
const denied = (talk: SmbTalk): SmbTalk =>
  talk.connect().open('svcctl', 1).transceive(BIND, BOUND, 1).transceive(REQUEST, DENIED, 1).close(1);

async function refusalsIn(talk: SmbTalk) {
  const { findings } = await audit([captureOf(...talk.sent)]);
  return findings.filter(({ finding }) => finding === 'refusal');
}

describe('a call in a pipe without security of its own is by whoever has logged on to the session of SMB', () => {
  test('its refusal names the user', async () => {
    expect(await refusalsIn(denied(logOn(new SmbTalk(), 7n, 'op')))).toMatchObject([
      { user: 'LAB\\op', transport: 'ncacn_np', pipe: '\\PIPE\\svcctl', facts: { status: '0x00000005' } },
    ]);
  });

  test('the same user in two sessions is one; of two users none is named', async () => {
    const talk = (second: string): SmbTalk => denied(logOn(logOn(new SmbTalk(), 8n, second), 7n, 'op'));
    expect(await refusalsIn(talk('op'))).toMatchObject([{ user: 'LAB\\op' }]);
    expect(await refusalsIn(talk('other'))).toMatchObject([{ user: null }]);
  });

  test('where nobody has logged on in the capture, none is named', async () => {
    expect(await refusalsIn(denied(new SmbTalk()))).toMatchObject([{ user: null }]);
  });

  test('a null session is nobody', async () => {
    const [refusal] = await refusalsIn(denied(logOn(new SmbTalk(), 7n, undefined)));
    expect(refusal).toMatchObject({ user: 'ANONYMOUS LOGON', refused_by: 'access control' });
    expect(refusal?.detail).toContain('a null session');
  });
});
