import { activationOutcome, type CallOutcome, faultOutcome, resultOutcome } from '../../client/outcome.js';
import { isActivator } from '../../codec/dcom/index.js';
import type { CapturedAnswer, CapturedCall } from '../decode/captured-call.js';

type Answer =
  | Pick<Extract<CapturedAnswer, { kind: 'response' }>, 'kind' | 'value'>
  | Extract<CapturedAnswer, { kind: 'fault' }>;

/** What any call came to, by its fault or by the results that its operation ends with: of an activation there are several. */
export function outcomeOfAnswer(
  { presentation }: Pick<CapturedCall, 'presentation'>,
  answer: Answer,
): CallOutcome | undefined {
  if (answer.kind === 'fault') return faultOutcome(answer.status);
  if (answer.value === undefined) return undefined;
  if (isActivator(presentation?.interface.uuid))
    return activationOutcome(answer.value as Parameters<typeof activationOutcome>[0]);
  const { ReturnValue } = answer.value as { readonly ReturnValue?: number };
  return resultOutcome(ReturnValue ?? 0);
}

/** Fields that are different on every server and at every time. */
const ALWAYS_OTHERS: ReadonlySet<string> = new Set([
  'ORPCthat',
  'orpcthat',
  'oxid',
  'Oxid',
  'oid',
  'ipid',
  'ipidRemUnknown',
  'pipidRemUnknown',
  'pSetId',
  'saResAddr',
  'ppdsaOrBindings',
  'pdsaOxidBindings',
  'ppdsaOxidBindings',
  // [MS-WMI] 2.2.14.3: what a smart enumerator calls a class.
  'classId',
]);

/** The paths at which two answers to the same call differ, apart from identifiers and addresses. */
export function differences(captured: unknown, now: unknown, path = ''): string[] {
  if (captured === undefined) return [];
  if (isTree(captured) && isTree(now)) {
    const keys = [...new Set([...Object.keys(captured), ...Object.keys(now)])].filter((key) => !ALWAYS_OTHERS.has(key));
    return keys.flatMap((key) =>
      differences(captured[key] ?? null, now[key] ?? null, path === '' ? key : `${path}.${key}`),
    );
  }
  return same(captured, now) || isReserved(path) ? [] : [path];
}

/**
 * STDOBJREF, [MS-DCOM] 2.2.18.2: the flags but SORF_NOPING, and how many references come with it, are the exporter's own
 * business.
 */
const isReserved = (path: string): boolean =>
  path.endsWith('std.flags') || path.endsWith('std.cPublicRefs') || IGNORED.has(path.split('.').at(-1) ?? '');

/** OBJREF_CUSTOM, [MS-DCOM] 2.2.18.6: whoever receives them has to ignore them, so no two are told apart by them. */
export const IGNORED: ReadonlySet<string> = new Set(['reserved', 'cbExtension']);

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

const same = (a: unknown, b: unknown): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : Object.is(a, b);
