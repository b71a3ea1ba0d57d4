import { decodeKeytab } from '../../codec/kerberos/index.js';
import type { LabRun } from '../../lab/index.js';
import type { Sniffer } from '../../security/index.js';
import { observer } from '../secrets.js';

/** What opens the recording of a run: a lab knows every secret of its own world. */
export const secretsOf = ({ keytab }: LabRun, passwords: ReadonlyMap<string, string>): Sniffer =>
  observer({
    user: [...passwords].map(([user, password]) => ({ user, password })),
    keytab: keytab && decodeKeytab(keytab),
  });
