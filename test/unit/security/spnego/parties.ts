import { asBuffer } from '../../../../src/codec/bytes.js';
import {
  decodeNegToken,
  encodeNegToken,
  type NegToken,
  type NegTokenInit,
  type NegTokenResp,
} from '../../../../src/codec/spnego/index.js';
import {
  type InitiatorProvider,
  type SecurityContext,
  type SpnegoAcceptorOptions,
  spnegoAcceptor,
  spnegoInitiator,
} from '../../../../src/security/index.js';
import { labAcceptor, labInitiator, message, type OnTheWay } from '../../../support/security.js';

export const server = (options: Partial<SpnegoAcceptorOptions> = {}): SecurityContext =>
  spnegoAcceptor({ mechanisms: [labAcceptor()], ...options }).accept();
export const client = (level = 6, mechanisms: readonly InitiatorProvider[] = [labInitiator()]): SecurityContext =>
  spnegoInitiator(mechanisms).initiate({ level, target: 'RPCSS/dc1' });

export const talk = (initiator: SecurityContext, acceptor: SecurityContext): number[] => {
  const numbers: number[] = [];
  for (const [from, to] of [
    [initiator, acceptor],
    [acceptor, initiator],
  ] as const) {
    for (const body of ['one', 'two']) {
      const sent = message(body);
      const signature = from.seal(sent);
      numbers.push(asBuffer(signature).readUInt32LE(12));
      to.unseal(sent, signature);
    }
  }
  return numbers;
};

export type Fields = Partial<Omit<NegTokenInit, 'kind'> & Omit<NegTokenResp, 'kind'>>;

/** Changes the token with this index on its way. */
export const change =
  (index: number, edit: (token: Fields) => object): OnTheWay =>
  (token, _, at) =>
    at === index ? encodeNegToken(edit({ ...decodeNegToken(token) }) as NegToken) : token;
