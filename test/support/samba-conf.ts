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
