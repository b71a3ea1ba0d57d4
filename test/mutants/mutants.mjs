// Deliberate defects of the built program, each with the checks that are about it.
import { DCOM } from './client/dcom.mjs';
import { RUNTIME } from './client/runtime.mjs';
import { SECURITY } from './client/security.mjs';
import { ACTIVATION } from './server/activation.mjs';
import { AUTHENTICATION } from './server/authentication.mjs';
import { BIND } from './server/bind.mjs';
import { MAPPER } from './server/mapper.mjs';
import { OBJECTS } from './server/objects.mjs';
import { REQUESTS } from './server/requests.mjs';

const of = (suite, lists) => lists.flat().map((mutant) => ({ checks: [], ...mutant, suite }));

export const MUTANTS = [
  ...of('server', [BIND, REQUESTS, AUTHENTICATION, ACTIVATION, OBJECTS, MAPPER]),
  ...of('client', [RUNTIME, SECURITY, DCOM]),
];

/** The text of a built file with the defect in it. Throws where what it replaces does not stand there exactly once. */
export function mutatedSource(text, { id, file, find, replace }) {
  const pieces = text.split(find);
  if (pieces.length !== 2)
    throw new Error(`${id}: what it replaces stands ${pieces.length - 1} times in dist/${file}, not once`);
  return pieces.join(replace);
}
