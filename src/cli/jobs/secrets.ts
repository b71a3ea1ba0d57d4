import { Secret } from '../../security/index.js';
import type { SecretOptions } from '../secrets.js';

/** Secrets as threads of this process can be given them. */
export interface SentSecrets extends Omit<SecretOptions, 'nthash'> {
  readonly nthash?: readonly Uint8Array[] | undefined;
}

export const sentSecrets = ({ user, password, nthash, keytab, ccache }: SecretOptions): SentSecrets => ({
  ...{ user, password, keytab, ccache },
  nthash: nthash?.map(({ ntHash }) => ntHash),
});

export const receivedSecrets = ({ nthash, ...others }: SentSecrets): SecretOptions => ({
  ...others,
  nthash: nthash?.map((hash) => Secret.ntHash(hash)),
});
