import type { SeenFinding, SeenUser } from './events.js';
import { findingAt } from './findings.js';
import { isOfRpc, protocolName } from './protocol.js';
import type { Leg, RelaySighting } from './relay.js';
import { servesAnother } from './service.js';

/** What is told of one exchange on two connections; `user` is who the client says it is. */
export function relayFindings(sighting: RelaySighting, user: SeenUser): SeenFinding[] {
  const { first, second, by, chained, changed, authenticateChanged } = sighting;
  const route = routeOf(first, second);
  const proxied = isProxied(sighting);
  const target = second.authenticate?.target ?? second.apReq?.service;
  const another = target !== undefined && servesAnother(target, second.place.transport);
  const facts = {
    by,
    chained,
    other_file: first.place.file,
    other_stream: first.place.stream,
    other_frame: first.place.frame,
    other_transport: first.place.transport,
    authenticate_changed: authenticateChanged,
    ...(target === undefined ? {} : { target }),
    ...(first.target === undefined ? {} : { other_host: first.target }),
    ...(second.target === undefined ? {} : { host: second.target }),
  };
  const altered = authenticateChanged ? `; the ${MESSAGES[by]} was changed on the way` : '';
  const service = another ? `; the client means ${target}, a service of another protocol` : '';
  const detail = `${SAME[by]} on two connections, ${route}${doubtOf(sighting, proxied)}${altered}${service}`;
  const severity = chained && !proxied ? 'high' : 'warning';
  const relay = findingAt(second.place, { finding: 'relay', severity, user, detail, facts });
  if (changed === undefined) return [relay];
  const differences = changed.length === 0 ? ['other names or padding'] : changed;
  const text = `the CHALLENGE_MESSAGE is not the same on both connections (${route}): ${differences.join('; ')}`;
  const more = { ...facts, differences };
  return [
    relay,
    findingAt(second.place, { finding: 'challenge-changed', severity: 'high', user, detail: text, facts: more }),
  ];
}

const SAME: Readonly<Record<RelaySighting['by'], string>> = {
  response: 'the same response to the same challenge',
  'client-challenge': 'the same challenges of server and client',
  challenge: 'the same challenge',
  authenticator: 'the same authenticator of Kerberos',
  ticket: 'the same ticket of Kerberos',
};

const MESSAGES: Readonly<Record<RelaySighting['by'], string>> = {
  response: 'AUTHENTICATE_MESSAGE',
  'client-challenge': 'AUTHENTICATE_MESSAGE',
  challenge: 'AUTHENTICATE_MESSAGE',
  authenticator: 'AP-REQ',
  ticket: 'AP-REQ',
};

/** Both legs by their endpoints, and by their protocols if one is not RPC. */
function routeOf(first: Leg, second: Leg): string {
  const named = [first, second].some(({ place }) => !isOfRpc(place.transport));
  return [first, second]
    .map(({ place }) => `${place.client} > ${place.server}${named ? ` (${protocolName(place.transport)})` : ''}`)
    .join(' and ');
}

/** A reverse proxy hands on what is meant for the host that it answers for, as RFC 9110 7.1 has it named in requests. */
const isProxied = ({ first, second }: RelaySighting): boolean =>
  first.place.transport === 'http' && second.place.transport === 'http' && sameHost(first.target, second.target);

/** RFC 3986 3.2.2 and 6.2.3: case does not matter, nor an empty or the default port; a message without a host never names the same. */
function sameHost(first: string | undefined, second: string | undefined): boolean {
  const [one, other] = [first, second].map((host) => host?.toLowerCase().replace(/:(80)?$/, ''));
  return one !== undefined && one !== '' && one === other;
}

function doubtOf({ first, chained }: RelaySighting, proxied: boolean): string {
  if (!chained) return '; or one connection captured before and after an address translation';
  return `: ${first.serverAddress} is in the middle${proxied ? ', or a reverse proxy of that host' : ''}`;
}
