import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { expectFault } from '../../core/index.js';
import { contextOf } from '../association.js';
import { group } from '../group.js';
import type { Target } from '../target.js';
import { authenticated } from './signed-association.js';

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

/** A connection with several security contexts, built one after the other. */
async function several(target: Target, levels: readonly number[]) {
  const [first = PKT_INTEGRITY, ...rest] = levels;
  const { association, protection } = await authenticated(target, first, { authContextId: 1 });
  const protections = [protection];
  for (const [index, level] of rest.entries()) {
    const context = await target.logon(target.authType, level);
    const handshake = { context, level, authContextId: index + 2 };
    const elements = [contextOf(target.simple.interface)];
    protections.push(await association.handshake(elements, handshake, 'alter_context'));
  }
  return { association, protections };
}

export const SECURITY_CONTEXT_CHECKS = group(
  { needs: ['rpc', 'account', 'features'], section: '[MS-RPCE] 3.3.1.5.4' },
  [
    {
      id: 'rpce/3.3.1.5.4/keys-of-their-own',
      requirement: 'Each security context of a connection has keys and sequence numbers of its own.',
      stimulus: 'three handshakes at PKT_INTEGRITY on one connection, and signed calls under each by turns',
      async run(target) {
        const { association, protections } = await several(target, [PKT_INTEGRITY, PKT_INTEGRITY, PKT_INTEGRITY]);
        for (let round = 0; round < 3; round++)
          for (const protection of protections) await target.works(association, { protection });
      },
    },
    {
      id: 'rpce/3.3.1.5.4/levels-of-their-own',
      requirement: 'The security contexts of one connection may have different levels.',
      stimulus: 'handshakes at PKT_INTEGRITY and PKT_PRIVACY on one connection, and a call under each',
      async run(target) {
        const { association, protections } = await several(target, [PKT_INTEGRITY, PKT_PRIVACY]);
        for (const protection of protections) await target.works(association, { protection });
      },
    },
    {
      id: 'rpce/3.3.1.5.4/signature-of-another-context',
      requirement: 'A signature made with the key of another security context of the connection does not fit.',
      stimulus: 'two handshakes on one connection, and a call under the second, signed with the key of the first',
      async run(target) {
        const { association, protections } = await several(target, [PKT_INTEGRITY, PKT_INTEGRITY]);
        const [one, two] = protections as [(typeof protections)[0], (typeof protections)[0]];
        const mixed = { ...two, security: one.security };
        expectFault(await association.ask(target.simple.opnum, target.simple.stub, { protection: mixed }));
      },
    },
    {
      id: 'rpce/3.3.1.5.4/thirty-contexts',
      level: 'WINDOWS',
      requirement: 'A connection takes many security contexts.',
      stimulus: 'thirty handshakes at PKT_INTEGRITY on one connection, and a call under the first and the last',
      async run(target) {
        const { association, protections } = await several(
          target,
          Array.from({ length: 30 }, () => PKT_INTEGRITY),
        );
        for (const protection of [protections[0], protections.at(-1)]) await target.works(association, { protection });
      },
    },
    {
      id: 'rpce/3.3.1.5.4/unsigned-beside-integrity',
      requirement: 'A call under a security context at CONNECT is answered beside one at PKT_INTEGRITY.',
      stimulus: 'handshakes at PKT_INTEGRITY and CONNECT on one connection, and a call under each that names it',
      async run(target) {
        const { association, protections } = await several(target, [PKT_INTEGRITY, CONNECT]);
        await target.works(association, { protection: protections[0] });
        const auth_value = Buffer.alloc(16, 1);
        const auth = { auth_type: target.authType, auth_level: CONNECT, auth_context_id: 2, auth_value };
        const { opnum, stub, check } = target.simple;
        const received = await association.connection.exchange(association.requestPdu(opnum, stub, { auth }));
        check((await association.answer(received, undefined)).stub);
      },
    },
  ],
);
