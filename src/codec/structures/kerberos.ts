import { type Asn1Structure, decodeMessage } from '../asn1/index.js';
import * as ap from '../kerberos/ap.js';
import * as basic from '../kerberos/basic.js';
import * as kdc from '../kerberos/kdc.js';
import type { Structure } from './structure.js';

/** Every structure of Kerberos that is declared in ASN.1. */
export const kerberosMessages = (): Structure[] =>
  [basic, ap, kdc]
    .flatMap((module) => Object.values(module) as unknown[])
    .filter(isStructure)
    .map(({ name, section, fields, ...type }) => ({
      kind: 'message',
      name,
      section,
      fields,
      forms: [
        {
          name: '',
          decode(octets) {
            const value = decodeMessage({ name, ...type }, octets);
            return () => {
              const made = type.write(value);
              return { taken: octets.subarray(0, made.length), made };
            };
          },
        },
      ],
    }));

const isStructure = (value: unknown): value is Asn1Structure<unknown> =>
  typeof value === 'object' && value !== null && 'tag' in value && 'section' in value;
