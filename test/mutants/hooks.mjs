// Module hooks: what is imported under `?mutant=ID` is the whole built program once more, with that one defect in it.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MUTANTS, mutatedSource } from './mutants.mjs';

let dist = '';

export function initialize(data) {
  dist = data.dist;
}

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const which = new URL(context.parentURL ?? 'file:///').search;
  if (which === '' || !resolved.url.startsWith(dist) || resolved.url.includes('?')) return resolved;
  return { ...resolved, url: resolved.url + which };
}

export async function load(url, context, next) {
  const wanted = new URL(url).searchParams.get('mutant');
  const mutant = MUTANTS.find(({ suite, id }) => `${suite}/${id}` === wanted);
  if (mutant === undefined || !url.startsWith(`${dist}${mutant.file}?`)) return next(url, context);
  const source = mutatedSource(await readFile(fileURLToPath(url), 'utf8'), mutant);
  return { format: 'module', shortCircuit: true, source };
}
