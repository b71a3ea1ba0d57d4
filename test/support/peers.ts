import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of another project that a test runs, or the reason why it cannot. */
export interface Peer {
  readonly name: string;
  readonly path: string | undefined;
  /**
   * For `describe.skipIf` and `test.skipIf`: true where the program is missing. Where HARNESS_PEERS=required is set
   * nothing is skipped, so that the test fails.
   */
  readonly skip: boolean;
  /** The program's path; throws, with how to get it, where it is missing. */
  required(): string;
}

/** Debian's package of each peer. */
const PACKAGES: Readonly<Record<string, string>> = {
  tshark: 'tshark',
  capinfos: 'tshark',
  smbtorture: 'samba-testsuite',
  samba: 'samba-ad-dc',
  'samba-tool': 'samba',
  smbclient: 'smbclient',
  kinit: 'krb5-user',
  chromium: 'chromium',
};

/** Finds a program on PATH. */
export function peer(name: string): Peer {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  const missing = `${name} is not on PATH (Debian: apt-get install ${PACKAGES[name] ?? name})`;
  if (path === undefined && !required()) process.stderr.write(`tests with ${name} are skipped: ${missing}\n`);
  return {
    name,
    path,
    skip: path === undefined && !required(),
    required() {
      if (path === undefined) throw new Error(missing);
      return path;
    },
  };
}

const required = (): boolean => process.env.HARNESS_PEERS === 'required';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
