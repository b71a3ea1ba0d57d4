import { SecurityError } from '../error.js';

/** A provider under one of its object identifiers. */
export interface Offer<P> {
  readonly oid: string;
  readonly provider: P;
}

/**
 * What a list of providers amounts to on the wire: identifiers in order of preference. Windows interleaves nothing: in
 * captures all names of its first mechanism come first, Kerberos under both of them ([MS-SPNG] 3.1.5.2) before NTLM.
 */
export function offersOf<P extends { readonly oids: readonly string[] }>(providers: readonly P[]): readonly Offer<P>[] {
  const offers = providers.flatMap((provider) => provider.oids.map((oid) => ({ oid, provider })));
  if (offers.length === 0) throw new SecurityError('UNSUPPORTED', 'SPNEGO has no mechanism to offer');
  return offers;
}
