import { z } from 'zod';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { authnLevelOf } from '../codec/status/authn.js';
import { REFUSED_BY, type RefusedBy } from '../codec/status/refused-by.js';
import { normaliseUuid } from '../codec/uuid.js';
import { patchLevel } from '../hardening/timeline.js';
import { CLASS_NAMES, clsidNamed } from '../server/classes/index.js';

export const name = z.string().min(1);

/** A text that means something else; what the function throws is what is wrong with it. */
const meaning = <T>(parse: (text: string) => T) =>
  z.union([z.string(), z.number()], 'one text or number').transform((given, context): T => {
    try {
      return parse(String(given));
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

/** `CONNECT`, `RPC_C_AUTHN_LEVEL_PKT_INTEGRITY`, `5`. */
export const level = meaning((text) => {
  const found = authnLevelOf(text);
  if (found === undefined || found === RPC_C_AUTHN_LEVEL.DEFAULT)
    throw new Error(
      `no authentication level: '${text}'; NONE, CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY, or nothing for the default`,
    );
  return found;
}).describe('RPC_C_AUTHN_LEVEL_*: NONE, CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY, or 1 to 6');

/** YYYY-MM-DD or YYYY-MM, as YYYY-MM-DD. */
export const date = meaning((text) => {
  const { date: day, note } = patchLevel(text);
  // A month in which an update came out later than on its first day means either.
  if (note !== undefined) throw new Error(note);
  return day;
}).describe('YYYY-MM-DD or YYYY-MM');

const UNITS: readonly [RegExp, number][] = [
  [/^(ms|milliseconds?)$/, 1],
  [/^(s|seconds?)$/, 1000],
  [/^(m|minutes?)$/, 60_000],
  [/^(h|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
];

const LONGEST = 30 * 86_400_000;

/** `200 ms`, `2 minutes`; in milliseconds. */
export const duration = meaning((text) => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? [];
  const factor = UNITS.find(([names]) => names.test(unit))?.[1];
  if (factor === undefined) throw new Error(`no time: '${text}'; such as 200 ms, 5 s, 2 minutes, 1 hour`);
  const milliseconds = Number(number) * factor;
  if (milliseconds > LONGEST)
    throw new Error(`'${text}' is too long: at most 30 days; later dates come by \`start\` and updates`);
  return milliseconds;
}).describe('such as 200 ms, 5 s, 2 minutes, 1 hour');

/** The name of a class that comes with the server, or any CLSID; as a CLSID. */
export const clsid = meaning((text) => {
  const named = text.toLowerCase() === 'generic' ? GENERIC_CLSID : clsidNamed(text.toLowerCase());
  const found = named ?? normaliseUuid(text);
  if (found === undefined) throw new Error(`no class: '${text}'; ${CLASS_NAMES.join(', ')} or a CLSID`);
  return found;
}).describe(`${CLASS_NAMES.join(', ')} or a CLSID`);

/** What stands for "some class": the generic class answers to any. */
const GENERIC_CLSID = '6b1d4a3e-0c0f-4c5e-9a52-6d1c3f0b7a10';

export const dword = z.number().int().min(0).max(0xffffffff);

const registryValue = dword.nullable().describe('a DWORD; null deletes the value');

export const registry = z
  .strictObject({
    RequireIntegrityActivationAuthenticationLevel: registryValue.optional(),
    RaiseActivationAuthenticationLevel: registryValue.optional(),
    DisableAuthenticationLevelHardeningLog: registryValue.optional(),
    LegacyAuthenticationLevel: registryValue.optional(),
  })
  .describe('registry values of the machine');

export const registrySetting = z.union([z.literal('absent'), dword], 'absent or a DWORD');

/** Who says no, in the server, the client, or between them. */
export const refuser = z.enum(['nobody', ...(Object.keys(REFUSED_BY) as RefusedBy[])]);

export const serverEvent = z
  .union([z.literal(10036), z.literal('none')], '10036 or none')
  .describe('that the server logs');
