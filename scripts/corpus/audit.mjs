// What an audit of a capture has to say: which activations are in it and since when a server refuses each, and which
// connections carry somebody else's authentication.
import { PHASES } from './phases.mjs';

const ACTIVATIONS = { IActivation: [0], IRemoteSCMActivator: [3, 4] };
const HANDSHAKE = ['bind', 'alter_context', 'auth3'];
const [NONE, CONNECT, CALL, PKT] = [1, 2, 3, 4];
const ANONYMOUS = 'ANONYMOUS LOGON';
const NAMES = { [CONNECT]: 'CONNECT', [CALL]: 'CALL', [PKT]: 'PKT' };

export function auditOf(rows, { users, attacker, kerberos, unnamed = () => false }) {
  const streams = grouped(rows);
  const userOf = (row, stream) => (unnamed(row) ? null : named(stream, users[row.from.split(':')[0]], kerberos));
  return {
    activations: rows.filter(isActivation).map((row) => activation(row, streams.get(row.stream), userOf)),
    relays: [...streams.values()].flatMap((stream) => relayed(stream, attacker)),
  };
}

function grouped(rows) {
  const streams = new Map();
  for (const row of rows) streams.set(row.stream, [...(streams.get(row.stream) ?? []), row]);
  return streams;
}

const isActivation = ({ ptype, interface: name, opnum }) =>
  ptype === 'request' && (ACTIVATIONS[name]?.includes(opnum) ?? false);

function activation(row, stream, userOf) {
  const { frame, from, to, operation, auth_level: own, auth_context_id: id } = row;
  const legs = stream.filter((each) => HANDSHAKE.includes(each.ptype) && each.auth_type !== undefined);
  // [MS-RPCE] 3.3.1.5.4: a request without sec_trailer stands under a context at CONNECT, or under none.
  const leg = legs.find((each) => (own === undefined ? each.auth_level === CONNECT : each.auth_context_id === id));
  const level = effective(own ?? leg?.auth_level ?? NONE);
  const user = level === NONE ? null : userOf(row, stream);
  const answer = stream.find(({ request_frame: asked }) => asked === frame);
  return {
    ...{ frame, from, to, operation },
    clsid: row.clsid ?? null,
    auth_type: level === NONE ? 0 : (leg ?? legs[0]).auth_type,
    auth_level: level,
    user,
    answered: answer?.ptype ?? null,
    // The policy is about those who have authenticated.
    refused_since: user === ANONYMOUS ? null : (PHASES.find(({ refuses }) => refuses(NAMES[level]))?.date ?? null),
  };
}

const effective = (level) => (level === CALL ? PKT : level);

/** As the server knows him, else whose host it is. A ticket names the realm, NTLM the domain. */
function named(stream, host, kerberos) {
  const { user, mechanism = kerberos ? 'Kerberos' : 'NTLM' } = stream.find((each) => each.user !== undefined) ?? {};
  if (user === ANONYMOUS) return user;
  return `${mechanism === 'Kerberos' ? 'LAB.EXAMPLE' : 'LAB'}\\${user?.split('\\')[1] ?? host}`;
}

/** Whoever attacks has no account: each authentication that he sends is somebody else's. */
function relayed(stream, attacker) {
  const [first] = stream;
  const authenticates = stream.some(({ ptype, auth_type }) => HANDSHAKE.includes(ptype) && auth_type !== undefined);
  if (attacker === undefined || !authenticates || !first.from.startsWith(`${attacker}:`)) return [];
  return [{ stream: first.stream, through: attacker, to: first.to }];
}
