import { beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { RELAY_VARIANTS, type RelayOutcome, relay, relayVariant } from '../../../src/relay/index.js';

const [ATTACKER, UNHARDENED, HARDENED] = ['127.0.0.66', '2021-05', '2023-03-14'] as const;
const [ACCESS_DENIED, SEC_PKG_ERROR] = [5, 0x721];
const SPNEGO = 9;

/** What the attacker came to before it was stopped, and by what it can be told. Nothing of it is taken from the code. */
interface Stopped {
  readonly at: string;
  /** Absent where the attacker was told nothing. */
  readonly status: number | undefined;
  /** Bound, unless given. */
  readonly stage?: string;
  readonly reason: RegExp;
  readonly closed: boolean;
  /** SPNEGO refuses a token in the handshake itself; NTLM at the first request ([MS-RPCE] 3.3.1.5.2.1). */
  readonly spnego?: Partial<Stopped>;
}

const POLICY: Stopped = {
  at: 'activation policy',
  status: ACCESS_DENIED,
  reason: /RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY/,
  closed: true,
};
const SIGNATURE = { at: 'signature', status: SEC_PKG_ERROR, closed: true };
const LOGON = { at: 'authentication', status: ACCESS_DENIED, closed: true, spnego: { stage: 'lured' } };
const MIC = { ...LOGON, spnego: { stage: 'lured', status: SEC_PKG_ERROR } };
const OWN_CHALLENGE = { at: 'victim', stage: 'lured', status: undefined, reason: /given out itself/, closed: false };

const STOPPED: Readonly<Record<string, { readonly unhardened?: Stopped; readonly hardened: Stopped }>> = {
  connect: { hardened: POLICY },
  'integrity-zeros': same({ ...SIGNATURE, reason: /Version is 0, not 1/ }),
  'integrity-invented': same({ ...SIGNATURE, reason: /does not match the PDU/ }),
  'integrity-unsigned': same({
    at: 'access control',
    status: ACCESS_DENIED,
    reason: /without authentication.*no sec_trailer/,
    closed: true,
  }),
  upgrade: same({
    at: 'security context',
    status: ACCESS_DENIED,
    reason: /type or level of security context 79231 was changed/,
    closed: true,
  }),
  'mic-dropped': same({ ...MIC, reason: /announces a MIC/ }),
  'flags-doubled': same({ ...MIC, reason: /announces a MIC/ }),
  'mic-disowned': same({ ...LOGON, reason: /does not fit the account's password/ }),
  'target-name-edited': same({ ...LOGON, reason: /does not fit the account's password/ }),
  'flags-downgraded': same({ ...MIC, reason: /the MIC does not fit the three messages/ }),
  'time-removed': { hardened: POLICY },
  'flags-downgraded-no-mic': same({ ...SIGNATURE, reason: /NTLMSSP_NEGOTIATE_SIGN was not negotiated/ }),
  reflection: same(OWN_CHALLENGE),
};

/** Updates of NTLM before which nothing stopped a variant on an unhardened server. */
const BEFORE: Readonly<Record<string, object>> = {
  'mic-dropped': { cve: 'CVE-2019-1040', from: '2019-06-11' },
  'flags-doubled': { cve: 'CVE-2019-1166', from: '2019-10-08' },
};

function same(stopped: Stopped): { unhardened: Stopped; hardened: Stopped } {
  return { unhardened: stopped, hardened: stopped };
}

test('every variant is here, by NTLM and by SPNEGO', () => {
  const ids = Object.keys(STOPPED).flatMap((id) => [id, `${id}-spnego`]);
  expect(RELAY_VARIANTS.map(({ id }) => id)).toEqual(ids);
});

describe.each(RELAY_VARIANTS.map(({ id, title, authType }) => ({ id, title, authType })))(
  '$id: $title',
  ({ id, authType }) => {
    const expected = STOPPED[id.replace(/-spnego$/, '')] as (typeof STOPPED)[string];
    const spnego = authType === SPNEGO;

    describe.each([
      ['before the hardening', UNHARDENED, expected.unhardened],
      ['hardened', HARDENED, expected.hardened],
    ] as const)('%s (%s)', (_, asOf, stopped) => {
      let outcome: RelayOutcome;
      beforeAll(async () => {
        outcome = await relay({ variant: id, asOf });
      });

      if (stopped === undefined) {
        test('succeeds: the server writes the command down as the victim’s, from the attacker’s address', () => {
          expect(outcome).toMatchObject({ variant: id, asOf, stage: 'invoked', outcome: 'succeeded' });
          expect(outcome.refusedBy).toBeUndefined();
          expect(outcome.evidence.invocation).toMatchObject({
            object: 'View',
            member: 'ExecuteShellCommand',
            arguments: ['cmd.exe', 'C:\\', '/c echo relayed', '7'],
            client: { address: ATTACKER },
            identity: { domain: 'LAB', user: 'victim', anonymous: false },
            level: 2,
          });
          expect(outcome.evidence.event).toBeUndefined();
        });

        test('takes two authentications of the victim: a security context belongs to its connection', () => {
          expect(outcome.evidence.victim).toHaveLength(2);
        });
        return;
      }

      const { at, status, reason, closed, stage } = {
        stage: 'bound',
        ...stopped,
        ...(spnego ? stopped.spnego : undefined),
      };

      test(`is stopped at: ${at}`, () => {
        expect(outcome).toMatchObject({ outcome: 'stopped', refusedBy: at, stage, evidence: { status } });
        expect(outcome.reason).toMatch(reason);
        expect(outcome.evidence.invocation).toBeUndefined();
      });

      test(closed ? 'the server closes the connection' : 'the server leaves the connection open', () => {
        if (closed) expect(outcome.evidence.closed).toMatch(reason);
        else expect(outcome.evidence.closed).toBeUndefined();
      });

      test(at === 'activation policy' ? 'logs event 10036 with victim and attacker' : 'logs no event 10036', () => {
        const { event } = outcome.evidence;
        if (at !== 'activation policy') return expect(event).toBeUndefined();
        expect(event).toMatchObject({ id: 10036, domain: 'LAB', user: 'victim', clientAddress: ATTACKER });
        expect(event?.sid).toMatch(/^S-1-5-21-\d+-\d+-\d+-\d+$/);
      });

      test('tells a signature from a logon', () => {
        expect(outcome.evidence.signature !== undefined && at !== 'authentication').toBe(at === 'signature');
        expect(outcome.evidence.logon !== undefined).toBe(at === 'authentication');
      });
    });
  },
);

test.each(RELAY_VARIANTS.map(({ id }) => id))('%s: what its data expects is what the tests expect', (id) => {
  const { unhardened, hardened } = STOPPED[id.replace(/-spnego$/, '')] as (typeof STOPPED)[string];
  expect(relayVariant(id)?.stopped).toEqual({
    ...(unhardened && { unhardened: unhardened.at }),
    hardened: hardened.at,
    ...(id.startsWith('flags-downgraded') && { signingVictim: 'victim' }),
    ...(BEFORE[id.replace(/-spnego$/, '')] && { before: { update: BEFORE[id.replace(/-spnego$/, '')] } }),
  });
});

test.each(RELAY_VARIANTS)('$id: a victim that signs stops it where its data says so', async ({ id, stopped }) => {
  const profile = CLIENT_PROFILES['windows-2023-03'];
  const outcome = await relay({ variant: id, asOf: UNHARDENED, victim: { profile } });
  expect(outcome.refusedBy).toBe(stopped.signingVictim ?? stopped.unhardened);
});
