import { headers } from './headers.js';
import { kerberosMessages } from './kerberos.js';
import { messages } from './messages.js';
import type { Structure } from './structure.js';
import { types } from './types.js';

/**
 * Every structure of the wire that is declared in `src/codec`: for `docs/wire.md`, for the fuzzer and for the property
 * tests. A new declaration that is missing here fails a test.
 */
export const structures = (): Structure[] => [...headers(), ...types(), ...messages(), ...kerberosMessages()];

export type { Again, Form, Structure } from './structure.js';
