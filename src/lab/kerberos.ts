import { KerberosLogon, passwordKeys, type ServiceTickets } from '../client/kerberos/logon.js';
import { ETYPE, encodeKeytab } from '../codec/kerberos/index.js';
import { formatEndpoint } from '../net/channel.js';
import { Secret, type ServiceKey } from '../security/index.js';
import { type KdcServer, startKdc } from '../server/kdc.js';
import type { LabHost } from './host.js';
import type { HostData } from './host-schema.js';
import type { Lab } from './lab.js';
import { netbiosName } from './machines.js';

const KDC_PORT = 88;
const TYPES = {
  aes256: ETYPE.AES256_CTS_HMAC_SHA1_96,
  aes128: ETYPE.AES128_CTS_HMAC_SHA1_96,
  rc4: ETYPE.RC4_HMAC,
} as const;

/** The Kerberos of a scenario's domain: one of its hosts is the KDC, and those in the domain have accounts there. */
export class LabKerberos {
  readonly realm: string;
  readonly #lab: Lab;
  readonly #kdc: KdcServer;
  readonly #at: LabHost;
  readonly #logons = new Map<string, KerberosLogon>();

  private constructor(lab: Lab, at: LabHost, kdc: KdcServer) {
    this.#lab = lab;
    this.#at = at;
    this.#kdc = kdc;
    this.realm = kdc.realm;
  }

  static async start(lab: Lab, at: LabHost): Promise<LabKerberos> {
    const { domain, accounts, hosts } = lab.scenario.data;
    const realm = `${domain.toUpperCase()}.EXAMPLE`;
    const members = Object.entries(hosts).filter(([, { workgroup }]) => workgroup === undefined);
    const kdc = await startKdc({
      listen: formatEndpoint({ address: at.address, port: KDC_PORT }),
      network: at.network,
      clock: lab.world.clock,
      random: lab.random('kdc'),
      realm,
      domain,
      name: netbiosName(at.name),
      accounts: accounts.map((user) => ({ domain, user, password: lab.passwordOf(user) })),
      machines: members.map(([name, host]) => ({
        name: netbiosName(name),
        hosts: [dnsName(name, realm), name],
        ...(host.encryptionTypes && { etypes: typesOf(host.encryptionTypes) }),
      })),
    });
    return new LabKerberos(lab, at, kdc);
  }

  keysOf(host: string): readonly ServiceKey[] {
    return this.#kdc.keysOf(netbiosName(host));
  }

  /** The tickets of a user of the domain on a host of it, which it fetches over the network. */
  ticketsOf(from: LabHost, user: string): ServiceTickets {
    const key = `${from.name} ${user}`;
    const before = this.#logons.get(key);
    if (before !== undefined) return before;
    const { world } = this.#lab;
    const { encryptionTypes } = this.#lab.scenario.data.hosts[from.name] as HostData;
    const logon = new KerberosLogon({
      client: { user, realm: this.realm, keys: passwordKeys(Secret.password(this.#lab.passwordOf(user))) },
      kdc: { kdc: { host: this.#at.address, port: KDC_PORT }, network: from.network, timers: world.timers },
      random: from.random,
      clock: world.clock,
      monotonic: world.monotonic,
      ...(encryptionTypes && { etypes: typesOf(encryptionTypes) }),
    });
    this.#logons.set(key, logon);
    return logon;
  }

  /** [MS-DCOM] 3.2.4.1.1.2, unless another service is meant. */
  serviceOf = (host: string, service = 'RPCSS'): string => `${service}/${dnsName(host, this.realm)}`;

  /** The keys of all hosts, to open the recording with. */
  get keytab(): Buffer {
    const entries = [...this.#lab.hosts.keys()].flatMap((host) => this.keysOf(host));
    return encodeKeytab(
      entries.map(({ realm, name, kvno, key }) => ({
        ...{ realm, name, kvno, name_type: 1, timestamp: 0 },
        etype: key.etype,
        key: key.value.keyvalue,
      })),
    );
  }

  close(): Promise<void> {
    return this.#kdc.close();
  }
}

const dnsName = (host: string, realm: string): string => `${host}.${realm}`.toLowerCase();

const typesOf = (names: readonly (keyof typeof TYPES)[]): readonly number[] => names.map((name) => TYPES[name]);
