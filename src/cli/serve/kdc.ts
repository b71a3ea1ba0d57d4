import { isIP } from 'node:net';
import { InvalidArgumentError, Option } from 'commander';
import { formatEndpoint, parseEndpoint } from '../../net/channel.js';
import { recordTime } from '../../report/record.js';
import type { AccountEntry } from '../../security/index.js';
import { type KdcRequest, type KdcServer, startKdc } from '../../server/kdc.js';
import type { Output } from '../io.js';
import { type PeerLines, shortened } from './peer-lines.js';

/** The NetBIOS name of the simulated server. */
export const NAME = 'HARNESS';

const REALM = 'LAB.EXAMPLE';

export const kdcOption = (): Option =>
  new Option(
    '--kdc [address:port]',
    "also be a KDC that knows the accounts of --user and this server's service names; 127.0.0.1:88 where absent",
  ).argParser((text: string) => {
    if (parseEndpoint(text, 88) === undefined) throw new InvalidArgumentError('expected ADDRESS or ADDRESS:PORT');
    return text;
  });

interface LabKdcOptions {
  readonly realm?: string;
  readonly user?: readonly AccountEntry[];
  readonly advertise?: readonly string[];
}

/** A KDC beside the server: the server is a machine of its realm, under the names that it advertises. */
export async function startLabKdc(
  out: Output,
  { realm = REALM, user = [], advertise = [] }: LabKdcOptions,
  listen: string | true,
  lines: PeerLines,
): Promise<KdcServer> {
  const named = advertise.filter((host) => isIP(host) === 0);
  const hosts = named.length > 0 ? named : [`${NAME.toLowerCase()}.${realm.toLowerCase()}`];
  const domain = user.find((account) => account.domain)?.domain;
  const kdc = await startKdc({
    ...(listen === true ? {} : { listen }),
    realm,
    ...(domain === undefined ? {} : { domain }),
    accounts: user,
    machines: [{ name: NAME, hosts }],
    onRequest: (request) => lines.tell(request.from.address, () => tell(out, request)),
  });
  const services = hosts.map((host) => `HOST/${host}`);
  if (out.json) out.record('kdc', { ...kdc.address, realm, services });
  else out.line(`KDC of ${realm} on ${formatEndpoint(kdc.address)}, with the services ${services.join(', ')}`);
  return kdc;
}

function tell(out: Output, { time, from, request, client, service, outcome, reason }: KdcRequest): void {
  const source = formatEndpoint(from);
  if (out.json) {
    const record = { time: recordTime(time), client: source, request, principal: client, service, outcome };
    out.record('ticket', { ...record, ...(reason === undefined ? {} : { reason }) });
  } else out.line(shortened(`${request} of ${client || 'nobody'} (${source}) for ${service || 'nothing'}: ${outcome}`));
}
