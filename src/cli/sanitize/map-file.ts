import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { PseudonymTable } from '../../capture/sanitize/pseudonyms/pseudonyms.js';
import { systemReason } from '../../net/error.js';
import { replaceable } from '../files.js';
import { UsageError } from '../io.js';
import { OutputFile } from '../output-file.js';

/** What a map file holds: who is who, and so as secret as the captures themselves. */
export type MapFile = PseudonymTable;

const VERSION = 1;

/** The map that goes on: that of the file, where there is one, else a new one. */
export function openMap(path: string | undefined, seed: string | undefined): MapFile {
  if (path !== undefined) placeOf(path);
  const known = path !== undefined && existsSync(path) ? readMap(path) : undefined;
  if (known !== undefined && seed !== undefined && seed !== known.seed)
    throw new UsageError(`--seed is another one than that of ${path}, with which its names were made`);
  return known ?? { seed: seed ?? randomBytes(16).toString('hex'), names: {}, addresses: {}, uuids: {} };
}

function readMap(path: string): MapFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : systemReason(error);
    throw new UsageError(`--map: cannot read ${path}: ${why}`);
  }
  if (!isMap(value)) throw new UsageError(`--map: ${path} is no map that this command wrote`);
  return value;
}

/** Throws `UsageError` where it is there, and no file that another one can take the place of. */
function placeOf(path: string): string {
  const place = replaceable(path);
  if (place === undefined) throw new UsageError(`--map: ${path} is no file, so it keeps nothing`);
  return place;
}

const isMap = (value: unknown): value is MapFile => {
  if (typeof value !== 'object' || value === null) return false;
  const { version, seed, names, addresses, uuids } = value as Record<string, unknown>;
  return version === VERSION && typeof seed === 'string' && [names, addresses, uuids].every(isTexts);
};

const isTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string');

/** Only its owner can read it. It is there whole, or as it was before. */
export function writeMap(path: string, map: MapFile): void {
  const file = new OutputFile(path, { place: placeOf(path), mode: 0o600 });
  try {
    file.write(`${JSON.stringify({ version: VERSION, ...map }, null, 1)}\n`);
    file.close();
  } catch (error) {
    file.remove();
    throw error;
  }
}
