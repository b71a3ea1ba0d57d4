import type { NtlmClientPolicy, NtlmServerPolicy } from '../security/index.js';
import { type AsOf, patchLevel } from './timeline.js';

/** An update that stopped a relay of NTLM by itself, before DCOM was hardened. */
export interface NtlmUpdate {
  readonly cve: string;
  /** YYYY-MM-DD of the first update that has it. */
  readonly from: string;
}

export const NTLM_UPDATES = {
  /** A MIC that is announced has to be there. */
  announcedMic: { cve: 'CVE-2019-1040', from: '2019-06-11' },
  /** MsvAvFlags does not count where it stands twice. */
  repeatedFlags: { cve: 'CVE-2019-1166', from: '2019-10-08' },
} as const satisfies Record<string, NtlmUpdate>;

/** What Windows of a patch level asks of its NTLM clients, where that differs from the newest. Throws `PolicyInputError`. */
export const ntlmServerPolicy = (asOf: AsOf): Partial<NtlmServerPolicy> => ({
  announcedMic: includes(asOf, NTLM_UPDATES.announcedMic),
  repeatedPairs: !includes(asOf, NTLM_UPDATES.repeatedFlags),
});

/** What Windows of a patch level sends as an NTLM client, where that differs from the newest. Throws `PolicyInputError`. */
export const ntlmClientPolicy = (asOf: AsOf): Partial<NtlmClientPolicy> => ({
  keepsServerFlags: !includes(asOf, NTLM_UPDATES.repeatedFlags),
});

const includes = (asOf: AsOf, { from }: NtlmUpdate): boolean => patchLevel(asOf).date >= from;
