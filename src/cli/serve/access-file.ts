import { z } from 'zod';
import { type AccessPermissions, DEFAULT_ACCESS } from '../../server/access.js';
import { readYamlFile } from '../yaml-file.js';

const trustee = z.string().min(1);
const entry = z.union([
  trustee.transform((name) => ({ trustee: name, allow: true })),
  z.strictObject({ allow: trustee }).transform(({ allow }) => ({ trustee: allow, allow: true })),
  z.strictObject({ deny: trustee }).transform(({ deny }) => ({ trustee: deny, allow: false })),
]);
const list = z.array(entry);
const byClass = z.record(z.guid(), list);

const permissions = z.strictObject({
  machineLaunch: list.default([...DEFAULT_ACCESS.machineLaunch]),
  machineAccess: list.default([...DEFAULT_ACCESS.machineAccess]),
  defaultLaunch: list.optional(),
  defaultAccess: list.optional(),
  launch: byClass.optional(),
  access: byClass.optional(),
});

/** Reads access permissions from a YAML or JSON file. Throws `UsageError`, with the line, for anything else. */
export const readAccessFile = (path: string): AccessPermissions => readYamlFile(path, permissions);
