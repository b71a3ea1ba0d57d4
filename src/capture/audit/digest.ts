import { hash } from 'node:crypto';

/** What tells octets from all others, where they are remembered for long: 144 bits of SHA-256. */
export const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64').slice(0, 24);
