import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { systemReason } from '../net/error.js';
import { parseYaml } from '../server/yaml-text.js';
import { UsageError } from './io.js';

/** Reads what a schema describes from a YAML or JSON file. Throws `UsageError`, with the line, for anything else. */
export function readYamlFile<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${systemReason(error)}`);
  }
  return parseYaml(text, path, schema, (line) => new UsageError(line));
}
