import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { systemReason } from '../../../net/error.js';
import { parseYaml } from '../../yaml-text.js';
import { DefinitionError, type RepositoryDefinition } from './definitions.js';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const value = z.union([scalar, z.array(scalar)]);
const qualifiers = z.record(
  z.string(),
  z.union([z.boolean(), z.number(), z.string(), z.array(z.string()), z.array(z.number())]),
);
const property = z.union([
  z.string(),
  z.strictObject({
    type: z.string(),
    key: z.boolean().optional(),
    read: z.boolean().optional(),
    write: z.boolean().optional(),
    value: value.optional(),
    qualifiers: qualifiers.optional(),
  }),
]);
const properties = z.record(z.string(), property);
const method = z.strictObject({
  in: properties.optional(),
  out: properties.optional(),
  returns: z.string().nullable().optional(),
  static: z.boolean().optional(),
  qualifiers: qualifiers.optional(),
});
const classDefinition = z.strictObject({
  parent: z.string().optional(),
  abstract: z.boolean().optional(),
  association: z.boolean().optional(),
  singleton: z.boolean().optional(),
  qualifiers: qualifiers.optional(),
  properties: properties.optional(),
  methods: z.record(z.string(), method).optional(),
});
const entry = z.union([
  z.string().transform((trustee) => ({ trustee, allow: true })),
  z.strictObject({ allow: z.string() }).transform(({ allow }) => ({ trustee: allow, allow: true })),
  z.strictObject({ deny: z.string() }).transform(({ deny }) => ({ trustee: deny, allow: false })),
]);
const namespace = z.strictObject({
  requiresEncryption: z.boolean().optional(),
  access: z.array(entry).optional(),
  execute: z.array(entry).optional(),
  classes: z.record(z.string(), classDefinition).optional(),
  instances: z.record(z.string(), z.array(z.record(z.string(), value))).optional(),
});
const repository = z.strictObject({ namespaces: z.record(z.string(), namespace) });

/** A repository as YAML or JSON has it. Throws `DefinitionError`, with file, line and column, for anything else. */
export const parseDefinition = (text: string, file: string): RepositoryDefinition =>
  parseYaml(text, file, repository, (line) => new DefinitionError(line)) as RepositoryDefinition;

/** Reads a file. Throws `DefinitionError`. */
export function readDefinition(path: string): RepositoryDefinition {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DefinitionError(`cannot read ${path}: ${systemReason(error)}`);
  }
  return parseDefinition(text, path);
}
