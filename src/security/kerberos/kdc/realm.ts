import type { Milliseconds, RandomBytes } from '../../provider.js';
import type { KerberosKey } from '../key.js';
import type { KdcDirectory } from './directory.js';

/** What the exchanges of a KDC have in common. */
export interface Realm {
  readonly realm: string;
  /** The domain's NetBIOS name. */
  readonly domain: string;
  readonly logonServer: string;
  readonly directory: KdcDirectory;
  /** The key of krbtgt, which TGTs are encrypted with and PACs signed with. */
  readonly krbtgt: KerberosKey;
  readonly random: RandomBytes;
  readonly maxTicketLife: Milliseconds;
  readonly maxClockSkew: Milliseconds;
}
