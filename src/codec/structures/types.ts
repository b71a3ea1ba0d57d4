import * as dcom from '../dcom/index.js';
import * as epm from '../epm/endpoint-mapper.js';
import { INTERFACES } from '../interfaces.js';
import * as pac from '../kerberos/pac/index.js';
import * as mgmt from '../mgmt/index.js';
import { NdrType } from '../ndr/index.js';
import * as oaut from '../oaut/index.js';
import * as rpcecho from '../rpcecho/index.js';
import { objectArray } from '../wmi/index.js';
import type { Form, Structure } from './structure.js';

/** Modules with types that no operation passes: what stands in octets of its own. */
const MODULES: readonly object[] = [dcom, oaut, epm, mgmt, rpcecho, pac, { ObjectArray: objectArray() }];

/** Every structure, union and stub of NDR, with all that they are made of. */
export function types(): Structure[] {
  const found = new Map<string, Structure>();
  const seen = new Set<NdrType<unknown>>();
  const visit = (type: NdrType<unknown>, kind: 'type' | 'stub'): void => {
    if (seen.has(type)) return;
    seen.add(type);
    const key = `${type.section} ${type.name}`;
    // A wrapper has the name of the type in it, and comes first.
    if (type.fields.length > 0 && !found.has(key)) found.set(key, structureOf(type, kind));
    for (const part of type.parts) visit(part, 'type');
  };
  for (const { operations } of INTERFACES)
    for (const { request, response } of operations.values())
      for (const stub of [request, response]) visit(stub, 'stub');
  for (const value of MODULES.flatMap((module) => Object.values(module) as unknown[]))
    if (value instanceof NdrType) visit(value, 'type');
  return [...found.values()];
}

const structureOf = (type: NdrType<unknown>, kind: 'type' | 'stub'): Structure => ({
  kind,
  name: type.name,
  section: type.section,
  fields: type.fields,
  forms: formsOf(type),
});

const formsOf = (type: NdrType<unknown>): Form[] =>
  (['ndr20', 'ndr64'] as const).flatMap((syntax) =>
    [true, false].map((little) => ({
      name: `${syntax} ${little ? 'little' : 'big'}-endian`,
      decode: (octets) => {
        const { value, layout } = type.decode(octets, { syntax, little });
        return () => ({ taken: octets, made: type.encode(value, { syntax, little, layout }) });
      },
    })),
  );
