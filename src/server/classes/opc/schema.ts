import { z } from 'zod';
import {
  VT_BOOL,
  VT_BSTR,
  VT_CY,
  VT_DATE,
  VT_I1,
  VT_I2,
  VT_I4,
  VT_I8,
  VT_R4,
  VT_R8,
  VT_UI1,
  VT_UI2,
  VT_UI4,
  VT_UI8,
} from '../../../codec/oaut/index.js';
import { OPC_QUALITY, OPC_STATUS } from '../../../codec/opc/index.js';
import { normaliseUuid } from '../../../codec/uuid.js';

/** The types of items, by the names that the VT_* have. */
export const TYPES = {
  I1: VT_I1,
  I2: VT_I2,
  I4: VT_I4,
  I8: VT_I8,
  UI1: VT_UI1,
  UI2: VT_UI2,
  UI4: VT_UI4,
  UI8: VT_UI8,
  R4: VT_R4,
  R8: VT_R8,
  CY: VT_CY,
  DATE: VT_DATE,
  BOOL: VT_BOOL,
  BSTR: VT_BSTR,
} as const;

const names = <T extends object>(table: T) => z.enum(Object.keys(table) as [keyof T & string, ...(keyof T & string)[]]);

const UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|min|h)$/, 'a duration such as 500ms, 5s, 2min')
  .transform((text) => {
    const [, number, , unit] = /^(\d+(\.\d+)?)([a-z]+)$/.exec(text) ?? [];
    return Number(number) * UNITS[unit as keyof typeof UNITS];
  });
const period = duration.refine((milliseconds) => milliseconds > 0, 'longer than nothing');

const scalar = z.union([z.number(), z.string(), z.boolean()]);

const signal = z
  .union([
    scalar,
    z.array(scalar).min(1).describe('an item that is an array: its type ends in []'),
    z.strictObject({ list: z.array(scalar).min(1), every: period }).describe('one after the other, over and over'),
    z
      .strictObject({ ramp: z.tuple([z.number(), z.number()]), period, every: period.optional() })
      .describe('from one number to another within a period, then again'),
    z
      .strictObject({ sine: z.tuple([z.number(), z.number()]), period, every: period.optional() })
      .describe('between two numbers, once a period'),
    z
      .strictObject({ noise: z.tuple([z.number(), z.number()]), every: period })
      .describe('another number between two, by the seed'),
  ])
  .describe('a constant, an array, or how it changes');

const item = z.strictObject({
  type: z
    .string()
    .refine((type) => type.replace(/\[\]$/, '') in TYPES, `one of ${Object.keys(TYPES).join(', ')}; [] for an array`),
  value: signal,
  access: z.enum(['read', 'write', 'read-write']).default('read'),
  description: z.string().optional(),
  unit: z.string().optional(),
  range: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, 'the lower number comes first')
    .optional()
    .describe('low and high end of its engineering unit: what a deadband is a percentage of'),
  quality: names(OPC_QUALITY).default('GOOD'),
});

const fault = z
  .strictObject({
    at: duration.describe('since the server began'),
    for: duration.optional().describe('for ever where absent'),
    items: z.array(z.string().min(1)).default(['*']).describe('identifiers, with * and ?'),
    quality: names(OPC_QUALITY).optional(),
    delay: duration.optional().describe('how long a read or write of the device takes'),
    callbacks: z.literal('lost').optional().describe('nothing is called back'),
    state: names(OPC_STATUS).optional().describe('of the server'),
    shutdown: z.string().optional().describe('clients are asked to let go, for this reason'),
  })
  .refine(
    ({ quality, delay, callbacks, state, shutdown }) =>
      [quality, delay, callbacks, state, shutdown].some((each) => each !== undefined),
    'a fault is one of quality, delay, callbacks, state, shutdown',
  );

/** An OPC server and its address space, as data. */
export const opcServerSchema = z
  .strictObject({
    progId: z
      .string()
      .regex(/^[A-Za-z][\w.]*$/, 'letters, digits, dots')
      .default('DcomHarness.Simulation.1'),
    clsid: z
      .guid()
      .transform((text) => normaliseUuid(text) as string)
      .default('5c1e0da0-7b1d-4a6e-8f39-d1c0a5e2f7b4'),
    title: z.string().default('Simulated OPC server'),
    vendor: z.string().default('dcom-harness'),
    separator: z.string().length(1).default('.'),
    organisation: z.enum(['hierarchical', 'flat']).default('hierarchical'),
    rate: period.default(10).describe('the fastest update rate'),
    seed: z.number().int().nonnegative().default(1),
    items: z.record(z.string().min(1).max(1_000), item),
    faults: z.array(fault).default([]),
  })
  .describe('A server of dcom-harness serve --class opc --opc FILE');

/** The address space of an OPC server with its names and faults, as a YAML file or a test gives it. */
export type OpcServerData = z.output<typeof opcServerSchema>;
/** One item of the address space: its type, rights, unit, value and quality. */
export type ItemData = OpcServerData['items'][string];
/** A fault on request: what goes wrong with which items, and when. */
export type FaultData = OpcServerData['faults'][number];
export type SignalData = ItemData['value'];
