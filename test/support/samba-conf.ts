import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACES = ['private dir', 'lock directory', 'state directory', 'cache directory'];

/** Writes the smb.conf that a client of Samba's needs, with its places in the same folder; gives its path. */
export function sambaConf(folder: string): string {
  const lines = PLACES.map((name) => {
    const path = join(folder, name.replace(' ', '-'));
    mkdirSync(path, { recursive: true });
    return `${name} = ${path}`;
  });
  const path = join(folder, 'smb.conf');
  writeFileSync(path, `[global]\nworkgroup = LAB\nrealm = LAB.EXAMPLE\n${lines.join('\n')}\n`);
  return path;
}

/**
 * Writes a krb5.conf whose KDC refuses at once; gives its path. Without one a client looks for a KDC in the network, and
 * waits for it at every handshake.
 */
export function withoutKdc(folder: string): string {
  const path = join(folder, 'krb5.conf');
  const lines = ['[libdefaults]', 'default_realm = LAB.EXAMPLE', 'dns_lookup_kdc = false', 'dns_lookup_realm = false'];
  const realm = ['kdc_timeout = 1', 'max_retries = 1', '[realms]', 'LAB.EXAMPLE = {', 'kdc = tcp/127.0.0.1:1', '}', ''];
  writeFileSync(path, [...lines, ...realm].join('\n'));
  return path;
}
