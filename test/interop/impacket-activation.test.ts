import { afterEach, describe, expect, test } from 'vitest';
import { type DcomServer, type ServerOptions, startServer } from '../../src/server/server.js';
import { impacket, impacketActivates } from '../support/impacket.js';
import { port135 } from '../support/peers.js';

/** Of this file alone, so that files that run at the same time do not meet. */
const HOST = '127.0.0.61';
const PASSWORD = 'P4ss & word';

let server: DcomServer | undefined;
afterEach(() => server?.close());

async function serve(options: ServerOptions): Promise<DcomServer> {
  port135().required();
  server = await startServer({
    listen: `${HOST}:135`,
    accounts: [{ domain: 'LAB', user: 'op', password: PASSWORD }],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    ...options,
  });
  return server;
}

const REQUIRE = 'RequireIntegrityActivationAuthenticationLevel';

interface Row {
  readonly asOf: string;
  readonly value?: number;
  readonly verdict: 'accepted' | 'refused';
  readonly event?: 10036;
}

/** KB5004442: what becomes of an activation at CONNECT. 10036 exists since September 2021, and is logged by default where nothing is enforced. */
const ROWS: readonly Row[] = [
  { asOf: '2021-05', verdict: 'accepted' },
  { asOf: '2021-06-08', verdict: 'accepted' },
  { asOf: '2021-06-08', value: 1, verdict: 'refused' },
  { asOf: '2022-06-14', verdict: 'refused', event: 10036 },
  { asOf: '2022-06-14', value: 0, verdict: 'accepted', event: 10036 },
  { asOf: '2022-11-08', verdict: 'refused', event: 10036 },
  { asOf: '2022-11-08', value: 0, verdict: 'accepted', event: 10036 },
  { asOf: '2023-03-14', verdict: 'refused', event: 10036 },
  { asOf: '2023-03-14', value: 0, verdict: 'refused', event: 10036 },
];

describe.skipIf(impacket.skip || port135().skip)('impacket as the client', () => {
  test.each(ROWS)(
    `as of $asOf with ${REQUIRE} $value: at CONNECT $verdict, at PKT_INTEGRITY and PKT_PRIVACY accepted`,
    async ({ asOf, value, verdict, event }) => {
      const { activations, events } = await serve({ asOf, registry: value === undefined ? {} : { [REQUIRE]: value } });
      const told = await impacketActivates(HOST, PASSWORD, [2, 5, 6]);

      const accepted = { accepted: true, ipid: expect.stringMatching(/^[0-9a-f-]{36}$/) };
      const refused = { accepted: false, text: expect.stringContaining('rpc_s_access_denied') };
      expect(told).toMatchObject([
        { level: 2, ...(verdict === 'accepted' ? accepted : refused) },
        { level: 5, ...accepted },
        { level: 6, ...accepted },
      ]);
      const identity = { domain: 'LAB', user: 'op', anonymous: false };
      expect(activations).toMatchObject([
        { method: 'RemoteCreateInstance', authType: 10, level: 2, identity, outcome: verdict },
        { method: 'RemoteCreateInstance', authType: 10, level: 5, identity, outcome: 'accepted' },
        { method: 'RemoteCreateInstance', authType: 10, level: 6, identity, outcome: 'accepted' },
      ]);
      expect(events.map((logged) => logged.event.id)).toEqual(event === undefined ? [] : [event]);
    },
  );

  test('what it is given it gives back, over IRemUnknown2 at the exporter: no object is left', async () => {
    const running = await serve({ asOf: '2023-03-14' });
    const told = await impacketActivates(HOST, PASSWORD, [5, 6, 5]);
    expect(told.map(({ accepted }) => accepted)).toEqual([true, true, true]);
    expect(running.objects).toBe(0);
  });

  test('at CALL and PKT it binds at that level, but sends the activation without a trailer: nobody activates, and no event', async () => {
    const { activations, events } = await serve({ asOf: '2021-05' });
    const told = await impacketActivates(HOST, PASSWORD, [3, 4]);
    expect(told).toMatchObject([
      { level: 3, accepted: false, text: expect.stringContaining('rpc_s_access_denied') },
      { level: 4, accepted: false, text: expect.stringContaining('rpc_s_access_denied') },
    ]);
    const nobody = { authType: 0, level: 1, identity: undefined, outcome: 'refused', refusedBy: 'access control' };
    expect(activations).toMatchObject([nobody, nobody]);
    expect(events).toEqual([]);
  });

  test('a wrong password is refused with fault 5 at every level, and no activation is seen', async () => {
    const { activations, events } = await serve({ asOf: '2023-03-14' });
    const told = await impacketActivates(HOST, 'wrong', [2, 5, 6]);
    const refused = { accepted: false, text: expect.stringContaining('rpc_s_access_denied') };
    expect(told).toMatchObject([refused, refused, refused]);
    expect([activations, events]).toEqual([[], []]);
  });

  test('the refusal that a profile gives as an HRESULT of the answer is what impacket reports', async () => {
    await serve({ asOf: '2023-03-14', policy: { refusal: { form: 'response', hresult: 0x80070005 } } });
    const [told] = await impacketActivates(HOST, PASSWORD, [2]);
    expect(told).toMatchObject({ accepted: false, code: 0x80070005 });
  });
});
