import { z } from 'zod';
import { REFUSED_BY, type RefusedBy } from '../../codec/status/refused-by.js';
import type { AuditEvent } from '../audit/events.js';
import type { AuditedFile } from '../audit/read.js';
import type { Problem } from '../file/error.js';
import type { UnderstoodState } from '../file/understood.js';

/** What `audit --partial` writes is of this version; another one is not read. */
export const PARTIAL_VERSION = 1 as const;

/** The first record of a unit. */
export interface PartialHead {
  /** A unit begins. */
  readonly kind: 'partial';
  /** Of the format. */
  readonly version: typeof PARTIAL_VERSION;
  /** Paths as they were given, in their order. */
  readonly files: readonly string[];
}

/** The last record of a unit of which something could be read. */
export interface PartialEnd extends Omit<AuditedFile, 'understood'> {
  /** The unit was read. */
  readonly kind: 'end';
  /** What was understood of it, layer by layer, and what was passed over. */
  readonly understood: UnderstoodState;
}

/** The last, and only further, record of a unit of which nothing could be read. */
export interface PartialUnread {
  /** The unit could not be read. */
  readonly kind: 'unread';
  /** Why, with the file. */
  readonly message: string;
}

/** One line of what `audit --partial` writes. */
export type PartialRecord = PartialHead | AuditEvent | Problem | PartialEnd | PartialUnread;

/** A type after it was written as JSON: members that may be undefined may be absent. */
type Stored<T> = T extends object
  ? T extends readonly (infer E)[]
    ? Stored<E>[]
    : { -readonly [K in keyof T as undefined extends T[K] ? never : K]: Stored<T[K]> } & {
        -readonly [K in keyof T as undefined extends T[K] ? K : never]?: Stored<Exclude<T[K], undefined>>;
      }
  : T;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** A schema of all that a type has: what is added to an audit and forgotten here does not compile. */
const storing =
  <T>() =>
  <S extends z.ZodType>(
    schema: S,
    ..._: Identical<Stored<z.infer<S>>, Stored<T>> extends true ? [] : ['the schema lacks, or has, a member']
  ): S =>
    schema;

const head = storing<PartialHead>()(
  z.strictObject({
    kind: z.literal('partial'),
    version: z.literal(PARTIAL_VERSION),
    files: z.array(z.string()).min(1).readonly(),
  }),
);

const count = z.int().nonnegative();
const text = z.string();
const nullable = z.string().nullable();

const place = {
  file: text,
  stream: count,
  frame: count,
  time: z.string().max(40),
  client: text,
  server: text,
  transport: z.enum(['ncacn_ip_tcp', 'ncacn_np', 'ncacn_http', 'smb', 'http', 'ldap']),
  share: nullable,
  pipe: nullable,
};
const user = z.union([z.string(), z.null(), z.strictObject({ ticket: text })]);

const activation = z.strictObject({
  kind: z.literal('activation'),
  ...place,
  user,
  anonymous: z.boolean(),
  mechanism: nullable,
  workstation: nullable,
  operation: text,
  clsid: nullable,
  class: nullable,
  auth_type: count.nullable(),
  auth_level: count.nullable(),
  level_from: z.enum(['trailer', 'association', 'none', 'unknown']),
  answer: z.enum(['accepted', 'fault', 'result', 'unreadable', 'none']),
  status: count.nullable(),
  outcome: text,
});

const finding = z.strictObject({
  kind: z.literal('finding'),
  finding: z.enum([
    'relay',
    'challenge-changed',
    'target-name',
    'ntlmv1',
    'anonymous',
    'missing-mic',
    'wrong-mic',
    'misplaced-mic',
    'repeated-av-flags',
    'callback',
    'unreachable',
    'orpc-low-level',
    'refusal',
    'bind-refused',
    'unidentified-calls',
  ]),
  severity: z.enum(['high', 'warning', 'info']),
  ...place,
  user,
  count,
  detail: text,
  refused_by: z.enum(Object.keys(REFUSED_BY) as [RefusedBy, ...RefusedBy[]]).nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()])),
});

const leg = z.strictObject({
  place: z.strictObject(place),
  clientAddress: text,
  serverAddress: text,
  seconds: z.number(),
  target: text.optional(),
});

const challenge = z.strictObject({
  nonce: text,
  flags: z.int(),
  digest: text.optional(),
  targetInfo: text,
  names: z.array(text).readonly(),
  hasTimestamp: z.boolean(),
});

const authenticate = z.strictObject({
  digest: text.optional(),
  response: text.optional(),
  clientChallenge: text.optional(),
  kind: z.enum(['NTLMv2', 'NTLMv1', 'anonymous', 'other']),
  responseName: text,
  micAnnounced: z.boolean(),
  flagsRepeated: z.boolean(),
  micMisplaced: z.boolean(),
  target: text.optional(),
});

const apReq = z.strictObject({ authenticator: text, digest: text, ticket: text, service: text });

const event = storing<AuditEvent>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ticket'), ticket: text, user: text }),
    z.strictObject({ kind: z.literal('asked'), place: z.strictObject(place) }),
    z.strictObject({
      kind: z.literal('attempt'),
      place: z.strictObject(place),
      outcome: z.enum(['refused', 'silent']),
    }),
    z.strictObject({ kind: z.literal('activation'), activation }),
    z.strictObject({ kind: z.literal('findings'), findings: z.array(finding).readonly() }),
    z.strictObject({ kind: z.literal('challenge'), exchange: count, leg, challenge }),
    z.strictObject({ kind: z.literal('authenticate'), exchange: count, leg, authenticate, user }),
    z.strictObject({ kind: z.literal('ap-req'), leg, apReq, user }),
    z.strictObject({ kind: z.literal('exchange-end'), exchange: count }),
  ]),
);

const problem = storing<Problem>()(
  z.strictObject({
    kind: z.literal('problem'),
    severity: z.enum(['error', 'warning', 'info']),
    file: text,
    frame: count.optional(),
    offset: count.optional(),
    stream: count.optional(),
    message: text,
  }),
);

const passedOver = z.strictObject({ what: text, count, file: text, frame: count, uncertain: z.boolean() });

const understood = storing<UnderstoodState>()(
  z.strictObject({
    packets: count,
    ip: count,
    tcp: count,
    connections: count,
    rpc: count,
    pdus: count,
    passedOver: z.array(passedOver).readonly(),
  }),
);

const end = storing<PartialEnd>()(
  z.strictObject({
    kind: z.literal('end'),
    file: text,
    frames: count,
    streams: count,
    pdus: count,
    droppedFindings: count,
    understood,
  }),
);

const unread = storing<PartialUnread>()(z.strictObject({ kind: z.literal('unread'), message: text }));

/** The schema of `PartialRecord`. */
export const PARTIAL_RECORD = z.discriminatedUnion('kind', [head, ...event.options, problem, end, unread]);
