import { createHash } from 'node:crypto';

/** [MS-DTYP] 2.4.2.4. */
export const ANONYMOUS_SID = 'S-1-5-7';

/** [MS-DTYP] 2.4.2.4: accounts whose RID is the same in every domain. */
const WELL_KNOWN: Readonly<Record<string, number>> = { ADMINISTRATOR: 500, GUEST: 501, KRBTGT: 502 };

const words = (text: string): Buffer => createHash('sha256').update(text.toUpperCase()).digest();

/** A domain SID made only from the domain's name, so that every run gives the same. */
export function domainSid(domain: string): string {
  const hash = words(domain);
  return `S-1-5-21-${[0, 4, 8].map((at) => hash.readUInt32LE(at)).join('-')}`;
}

/** `S-1-5-21-a-b-c-RID`, made only from the names; RIDs below 1000 are those that Windows reserves. */
export function accountSid(domain: string, user: string): string {
  const rid = WELL_KNOWN[user.toUpperCase()] ?? 1000 + (words(`${domain}\\${user}`).readUInt32LE(0) % 0x100000);
  return `${domainSid(domain)}-${rid}`;
}
