import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acceptedContext, propose } from '../../src/client/connection.js';
import { ept, ept_lookup } from '../../src/codec/epm/index.js';
import { inq_if_ids, mgmt } from '../../src/codec/mgmt/index.js';
import type { NegotiateFlag } from '../../src/codec/ntlm/index.js';
import {
  BIND_TIME_FEATURES,
  BIND_TIME_FEATURES_PREFIX,
  encodeVerificationTrailer,
  FAULT,
  NDR20_SYNTAX,
  PFC,
  REJECT,
  RESULT,
  SEC_VT,
} from '../../src/codec/rpce/index.js';
import { changedNetwork, SOCKETS } from '../../src/net/network.js';
import { BindRejected, type ClientSecurityOptions } from '../../src/rpc/index.js';
import { ntlmInitiator, spnegoInitiator } from '../../src/security/index.js';
import { windowsFlags } from '../../src/security/ntlm/initiator.js';
import { port135 } from '../support/peers.js';
import {
  Connections,
  credentials,
  everything,
  faultOf,
  LEVELS,
  logOn,
  MAPPER,
  MECHANISMS,
  SECURED,
  wholeMap,
} from '../support/samba-client.js';
import { SambaDc, samba, sambaTool } from '../support/samba-dc.js';
import { Wire } from '../support/wire.js';

const ADDRESS = '127.0.0.40';
const missing = [samba, sambaTool, port135()].some(({ skip }) => skip);

let dc: SambaDc | undefined;
beforeAll(async () => {
  if (!missing) dc = await SambaDc.start(ADDRESS);
});
afterAll(() => dc?.stop());

const connections = new Connections(ADDRESS);
afterEach(() => connections.close());

/** DCERPC_FAULT_OTHER: what Samba says of an answer that it cannot protect. */
const OTHER = 0x00000001;

describe.skipIf(missing)("protection, with Samba's AD DC as the server", () => {
  const { PKT_INTEGRITY, PKT_PRIVACY } = LEVELS;
  const combinations = Object.entries(LEVELS)
    .filter(([level]) => level !== 'CONNECT')
    .flatMap(([level, number]) =>
      Object.entries(MECHANISMS).flatMap(([mechanism, authType]) =>
        [true, false].map((headerSigning) => ({ level, number, mechanism, authType, headerSigning })),
      ),
    );

  test.each(combinations.map((one) => [one.level, one.mechanism, one.headerSigning, one] as const))(
    'an answer of several fragments at %s with %s is verified, headers signed where asked for: %s',
    async (_level, _mechanism, headerSigning, { number, authType }) => {
      const wire = new Wire();
      const connection = await connections.open({ headerSigning }, { octets: wire.octets });
      await connection.bind(propose(ept), await logOn({ level: number, authType }));
      const entries = await wholeMap(connection, SECURED);
      expect(entries.length).toBeGreaterThan(40);

      const fragments = wire.of('server', 'response');
      expect(fragments.length).toBeGreaterThan(1);
      // CALL is sent, and answered, as PKT: [MS-RPCE] 2.2.1.1.8.
      const level = number === LEVELS.CALL ? LEVELS.PKT : number;
      for (const { auth } of fragments)
        expect(auth).toMatchObject({ auth_type: authType, auth_level: level, auth_context_id: 0 });
      const [bind] = wire.of('client', 'bind');
      const [ack] = wire.of('server', 'bind_ack');
      const signs = headerSigning && level >= PKT_INTEGRITY;
      expect([bind, ack].map((pdu) => ((pdu?.pfc_flags ?? 0) & PFC.SUPPORT_HEADER_SIGN) !== 0)).toEqual([signs, signs]);
    },
  );

  /** A context at CONNECT that asks for the flags of Windows, but for these. */
  const atConnect = (name: keyof typeof MECHANISMS, ...without: NegotiateFlag[]): ClientSecurityOptions => {
    const flags = (level: number) => windowsFlags(level).filter((flag) => !without.includes(flag));
    const ntlm = ntlmInitiator({ random: randomBytes, credentials: credentials(), flags });
    const provider = name === 'NTLM' ? ntlm : spnegoInitiator([ntlm]);
    return { context: provider.initiate({ level: LEVELS.CONNECT }), level: LEVELS.CONNECT };
  };

  describe('at CONNECT', () => {
    const mechanisms = Object.keys(MECHANISMS) as (keyof typeof MECHANISMS)[];

    test.each(mechanisms)('%s that negotiated neither SIGN nor KEY_EXCH is answered', async (name) => {
      const security = atConnect(name, 'NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_KEY_EXCH');
      const connection = await connections.mapper(security);
      expect((await wholeMap(connection, SECURED)).length).toBeGreaterThan(40);
    });

    /** Samba leaves room for a signature because the context could sign, and then may make none at this level. */
    test.each(mechanisms)('%s that negotiated SIGN, as Windows does, is answered with fault 1', async (name) => {
      const connection = await connections.mapper(atConnect(name));
      expect(await faultOf(wholeMap(connection, SECURED))).toBe(OTHER);
    });

    /** [MS-NLMP] 3.1.5.1.2 has no session key exchanged without SIGN or SEAL; Samba wants one wherever KEY_EXCH is set. */
    test('SPNEGO that negotiated KEY_EXCH without SIGN is refused in the handshake', async () => {
      const handshake = connections.mapper(atConnect('SPNEGO', 'NTLMSSP_NEGOTIATE_SIGN'));
      expect(await faultOf(handshake)).toBe(FAULT.SEC_PKG_ERROR);
    });
  });

  test.each(Object.entries({ PKT_INTEGRITY, PKT_PRIVACY }))(
    'an answer at %s with one octet changed on the way ends the connection',
    async (_name, level) => {
      let tamper = false;
      const network = changedNetwork(SOCKETS, {
        connect: (next, target, accept, timeout) =>
          next(
            target,
            (channel) => {
              const events = accept(channel);
              const change = (bytes: Buffer): void => {
                const at = bytes.length >> 1;
                bytes[at] = (bytes[at] ?? 0) ^ 1;
              };
              return {
                data(bytes) {
                  if (tamper) change(bytes);
                  events.data(bytes);
                },
                closed: (error) => events.closed(error),
              };
            },
            timeout,
          ),
      });
      const connection = await connections.open({}, { network });
      await connection.bind(propose(ept), await logOn({ level }));
      const once = connection.call(ept_lookup, everything(2), SECURED);
      expect((await once).entries).toHaveLength(2);
      tamper = true;
      await expect(connection.call(ept_lookup, everything(2), SECURED)).rejects.toThrow(/signature/i);
    },
  );

  test('one connection carries two security contexts, with the bind time feature and without', async () => {
    const bits = BIND_TIME_FEATURES.SecurityContextMultiplexingSupported;
    const uuid = `${BIND_TIME_FEATURES_PREFIX}0${bits}00-000000000000`;
    const feature = { ...(propose(ept, 1)[0] ?? expect.fail()), transfer_syntaxes: [{ uuid, version: 1 }] };
    for (const features of [[feature], []]) {
      const connection = await connections.open();
      const results = await connection.bind([...propose(ept), ...features], await logOn({ level: PKT_INTEGRITY }));
      expect(results.map(({ result, reason }) => [result, reason])).toEqual([
        [RESULT.acceptance, 0],
        ...features.map(() => [RESULT.negotiate_ack, bits]),
      ]);
      await connection.alter(
        propose(ept),
        await logOn({ level: PKT_PRIVACY, authType: MECHANISMS.SPNEGO, authContextId: 1 }),
      );
      for (const authContextId of [0, 1, 0, 1])
        expect((await wholeMap(connection, { contextId: 0, authContextId })).length).toBeGreaterThan(40);
    }
  });

  test('a verification trailer is accepted at every level, whether headers are signed or not', async () => {
    for (const level of [LEVELS.PKT, PKT_INTEGRITY, PKT_PRIVACY]) {
      for (const headerSigning of [true, false]) {
        const connection = await connections.mapper(await logOn({ level }), { headerSigning });
        const entries = await wholeMap(connection, { ...SECURED, verificationTrailer: true });
        expect(entries.length).toBeGreaterThan(40);
      }
    }
    const security = atConnect('NTLM', 'NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_KEY_EXCH');
    const connection = await connections.mapper(security);
    expect((await wholeMap(connection, { ...SECURED, verificationTrailer: true })).length).toBeGreaterThan(40);
  });

  test('a verification trailer that names another interface is refused: it is not only skipped', async () => {
    const connection = await connections.mapper(await logOn({ level: PKT_INTEGRITY }), { headerSigning: false });
    const stub = ept_lookup.request.encode(everything(2));
    const { uuid: transfer_uuid, version: transfer_version } = NDR20_SYNTAX;
    const pcontext = { interface_uuid: mgmt.uuid, interface_version: 1, transfer_uuid, transfer_version };
    const trailer = encodeVerificationTrailer(stub.length, [{ type: SEC_VT.PCONTEXT, mustProcess: false, pcontext }]);
    const call = connection.raw(ept_lookup.opnum, Buffer.concat([stub, trailer]), SECURED);
    expect(await faultOf(call)).toBe(FAULT.ACCESS_DENIED);
  });

  test('a wrong password shows at the first call after auth3 with NTLM, and in the handshake with SPNEGO', async () => {
    const wrong = { level: PKT_INTEGRITY, password: 'wrong' };
    const connection = await connections.mapper(await logOn(wrong));
    expect(await faultOf(wholeMap(connection, SECURED))).toBe(FAULT.PROTO_ERROR);
    const handshake = connections.mapper(await logOn({ ...wrong, authType: MECHANISMS.SPNEGO }));
    expect(await faultOf(handshake)).toBe(FAULT.SEC_PKG_ERROR);
  });

  test('an authentication type that Samba does not know is answered with bind_nak 8', async () => {
    const { context, level } = await logOn({ level: PKT_INTEGRITY });
    const odd = new Proxy(context, {
      get(target, name) {
        if (name === 'authType') return 99;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const connection = await connections.open();
    const refused: unknown = await connection.bind(propose(ept), { context: odd, level }).catch((error) => error);
    expect(refused).toBeInstanceOf(BindRejected);
    expect(refused).toMatchObject({ reason: REJECT.authentication_type_not_recognized });
  });

  test('two interfaces share a connection: bind opens one, alter_context the other, and both are protected', async () => {
    const connection = await connections.mapper(await logOn({ level: PKT_PRIVACY }));
    const second = propose(mgmt, 1);
    const contextId = acceptedContext(second, await connection.alter(second));
    expect(contextId).toBe(1);
    const { if_id_vector } = await connection.call(inq_if_ids, {}, { contextId, authContextId: 0 });
    expect(if_id_vector?.IfId.map((id) => id?.Uuid).sort()).toEqual([mgmt.uuid, ept.uuid]);
    expect((await wholeMap(connection, SECURED)).length).toBeGreaterThan(40);
  });

  test('a hundred calls at once on one connection are each given their own answer', async () => {
    const connection = await connections.mapper(await logOn({ level: PKT_PRIVACY }));
    const all = (await wholeMap(connection, SECURED)).length;
    const sizes = Array.from({ length: 100 }, (_, index) => 1 + (index % 60));
    const pages = await Promise.all(sizes.map((max) => connection.call(ept_lookup, everything(max), SECURED)));
    expect(pages.map(({ entries }) => entries.length)).toEqual(sizes.map((max) => Math.min(max, all)));
  });

  test('a bare call beside a security context is answered bare', async () => {
    const wire = new Wire();
    const connection = await connections.open({}, { octets: wire.octets });
    await connection.bind(propose(ept));
    expect((await wholeMap(connection, MAPPER)).length).toBeGreaterThan(40);
    expect(wire.of('server', 'response').map(({ auth }) => auth)).toEqual(
      wire.of('server', 'response').map(() => undefined),
    );
  });
});
