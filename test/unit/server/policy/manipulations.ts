import { decodePdu, encodePdu, PFC, type RequestPdu } from '../../../../src/codec/rpce/index.js';
import { effectiveAuthnLevel } from '../../../../src/codec/status/authn.js';
import { contextOf } from '../../../../src/conform/server/association.js';
import { trailerLength } from '../../../../src/rpc/core/protection.js';
import { LEVEL } from '../../../support/live.js';
import { built, connected, type Scene } from './scene.js';

const { CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY } = LEVEL;
const ALL = [CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY];
const SIGNED = [CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY];
const HEADERS_SIGNED = [PKT_INTEGRITY, PKT_PRIVACY];

/** One way to ask for an object. */
export interface Manipulation {
  readonly what: string;
  readonly levels: readonly number[];
  /** The level that the call then has by the specification; undefined where it has none. */
  readonly stands: (level: number) => number | undefined;
  readonly run: (scene: Scene) => Promise<void>;
}

const nothing = (): undefined => undefined;
const asConnect = (level: number): number | undefined => (level === CONNECT ? CONNECT : undefined);

const fragmentsOf = ({ association, opnum, stub, protection }: Scene, more: object = {}): Buffer[] =>
  association.fragments(opnum, stub, { protection, ...more });

/** Asks with octets, and waits for what comes of it. */
const ask = async ({ association }: Scene, octets: readonly Buffer[]): Promise<void> =>
  void (await association.connection.exchange(...octets));

/** The call with a changed PDU in place of its own, its lengths right. */
const changed =
  (change: (pdu: RequestPdu, scene: Scene) => RequestPdu) =>
  async (scene: Scene): Promise<void> =>
    ask(
      scene,
      fragmentsOf(scene).map((octets) => encodePdu(change(decodePdu(octets) as RequestPdu, scene))),
    );

/** The same for its octets. */
const spoilt =
  (at: (octets: Buffer) => number) =>
  async (scene: Scene): Promise<void> => {
    const octets = fragmentsOf(scene).map((each) => Buffer.from(each));
    const last = octets.at(-1) as Buffer;
    const place = at(last);
    last[place] = (last[place] as number) ^ 1;
    await ask(scene, octets);
  };

/** A trailer that a request at CONNECT may have, and what else there may be of one. */
const trailer = ({ protection }: Scene, more: object = {}) => ({
  auth_type: protection.authType,
  auth_level: protection.authLevel,
  auth_context_id: protection.authContextId,
  auth_value: Buffer.alloc(16, 1),
  ...more,
});

const unsigned = ({ auth: _, ...pdu }: RequestPdu): RequestPdu => pdu;

/** Several fragments, each as `change` leaves it. */
const inSeveral =
  (change: (pdu: Buffer, index: number, of: readonly Buffer[]) => Buffer) =>
  async (scene: Scene): Promise<void> =>
    ask(scene, fragmentsOf(scene, { maxFragment: 24 + 64 + trailerLength(scene.protection) }).map(change));

const stripped = (octets: Buffer): Buffer => encodePdu(unsigned(decodePdu(octets) as RequestPdu));

/** Another context on the connection, at a level of its own. */
const second = async (scene: Scene, level: number) =>
  built(scene.association, { ...scene, level }, { by: 'alter_context', authContextId: 9 });

export const MANIPULATIONS: readonly Manipulation[] = [
  { what: 'nothing', levels: ALL, stands: effectiveAuthnLevel, run: async (scene) => ask(scene, fragmentsOf(scene)) },
  { what: 'its signature stripped', levels: ALL, stands: asConnect, run: changed(unsigned) },
  { what: 'its signature changed', levels: SIGNED, stands: nothing, run: spoilt((octets) => octets.length - 1) },
  { what: 'its stub changed', levels: SIGNED, stands: nothing, run: spoilt(() => 60) },
  {
    what: 'the level of its trailer lowered to CONNECT',
    levels: SIGNED,
    stands: nothing,
    run: changed((pdu, scene) => ({ ...pdu, auth: trailer(scene, { auth_level: CONNECT }) })),
  },
  {
    what: 'the level of its trailer lowered to PKT, with its signature',
    levels: HEADERS_SIGNED,
    stands: nothing,
    run: changed((pdu, scene) => ({ ...pdu, auth: { ...trailer(scene), ...pdu.auth, auth_level: PKT } })),
  },
  {
    what: 'a trailer of a higher level than was agreed on',
    levels: [CONNECT, PKT],
    stands: nothing,
    run: changed((pdu, scene) => ({ ...pdu, auth: trailer(scene, { auth_level: PKT_INTEGRITY }) })),
  },
  {
    what: 'a trailer of its level, with a signature that is none',
    levels: ALL,
    stands: asConnect,
    run: changed((pdu, scene) => ({ ...pdu, auth: trailer(scene) })),
  },
  {
    what: 'another mechanism in its trailer',
    levels: ALL,
    stands: nothing,
    run: changed((pdu, scene) => ({ ...pdu, auth: trailer(scene, { ...pdu.auth, auth_type: 0x44 }) })),
  },
  {
    what: 'a security context in its trailer that there is none of',
    levels: ALL,
    stands: nothing,
    run: changed((pdu, scene) => ({ ...pdu, auth: trailer(scene, { ...pdu.auth, auth_context_id: 77 }) })),
  },
  {
    what: 'another opnum, its signature kept',
    levels: HEADERS_SIGNED,
    stands: nothing,
    run: changed((pdu) => ({ ...pdu, opnum: pdu.opnum === 4 ? 3 : 4 })),
  },
  {
    what: 'an object UUID, its signature kept',
    levels: HEADERS_SIGNED,
    stands: nothing,
    run: changed((pdu) => ({
      ...pdu,
      pfc_flags: pdu.pfc_flags | PFC.OBJECT_UUID,
      object: '11111111-2222-4333-8444-555555555555',
    })),
  },
  {
    what: 'the first of several fragments without a signature',
    levels: SIGNED,
    stands: nothing,
    run: inSeveral((pdu, i) => (i === 0 ? stripped(pdu) : pdu)),
  },
  {
    what: 'the last of several fragments without a signature',
    levels: SIGNED,
    stands: nothing,
    run: inSeveral((pdu, i, all) => (i < all.length - 1 ? pdu : stripped(pdu))),
  },
  {
    what: 'several fragments, each with its signature',
    levels: SIGNED,
    stands: effectiveAuthnLevel,
    run: inSeveral((pdu) => pdu),
  },
  {
    what: 'its octets sent again',
    levels: SIGNED,
    stands: effectiveAuthnLevel,
    async run(scene) {
      const octets = fragmentsOf(scene);
      await ask(scene, octets);
      await ask(scene, octets);
    },
  },
  {
    what: 'an alter_context that lowers the level of its context',
    levels: SIGNED,
    stands: nothing,
    async run(scene) {
      await built(scene.association, { ...scene, level: CONNECT }, { by: 'alter_context' }).catch(() => undefined);
      await ask(scene, fragmentsOf({ ...scene, protection: { ...scene.protection, authLevel: CONNECT } }));
    },
  },
  {
    what: 'a second context at CONNECT, and no trailer',
    levels: ALL,
    stands: () => CONNECT,
    async run(scene) {
      const protection = await second(scene, CONNECT);
      await ask(scene, fragmentsOf({ ...scene, protection }));
    },
  },
  {
    what: 'a second context at PKT_PRIVACY, by whose protection it is sent',
    levels: ALL,
    stands: () => PKT_PRIVACY,
    async run(scene) {
      const protection = await second(scene, PKT_PRIVACY);
      await ask(scene, fragmentsOf({ ...scene, protection }));
    },
  },
  {
    what: 'a second context at PKT_INTEGRITY, and a trailer of the first',
    levels: [CONNECT, PKT],
    stands: effectiveAuthnLevel,
    async run(scene) {
      // The connection may sign headers from then on, whatever the first context agreed on.
      const { signHeader } = await second(scene, PKT_INTEGRITY);
      const own = fragmentsOf({ ...scene, protection: { ...scene.protection, signHeader } });
      const named = own.map((octets) => encodePdu({ ...(decodePdu(octets) as RequestPdu), auth: trailer(scene) }));
      await ask(scene, scene.level === CONNECT ? named : own);
    },
  },
  {
    what: 'a second connection of its association, without authentication',
    levels: ALL,
    stands: nothing,
    async run(scene) {
      const beside = await connected(scene.server);
      try {
        await beside.bind([contextOf(scene.at)], { assoc_group_id: scene.association.groupId });
        await ask({ ...scene, association: beside }, beside.fragments(scene.opnum, scene.stub));
      } finally {
        beside.connection.destroy();
      }
    },
  },
];
