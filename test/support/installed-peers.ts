import { accessSync } from 'node:fs';
import { join } from 'node:path';
import { found, type Peer } from './peers.js';

/** Where `scripts/peers.sh` puts peers of other registries. */
const folder = join(import.meta.dirname, '../../.peers');

/** A file of such a peer, by its path in `.peers`. */
export function installedPeer(name: string, ...path: string[]): Peer {
  const file = join(folder, name, ...path);
  let there = true;
  try {
    accessSync(file);
  } catch {
    there = false;
  }
  return found(name, there ? file : undefined, `${name} is not in .peers: scripts/peers.sh installs it`);
}
