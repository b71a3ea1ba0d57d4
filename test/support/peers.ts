import { spawnSync } from 'node:child_process';
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
  ndrdump: 'samba-testsuite',
  samba: 'samba-ad-dc',
  'samba-tool': 'samba',
  smbclient: 'smbclient',
  rpcclient: 'smbclient',
  kinit: 'krb5-user',
  chromium: 'chromium',
  java: 'default-jre-headless',
};

/** Finds a program on PATH. */
export function peer(name: string): Peer {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return found(name, path, `${name} is not on PATH (Debian: apt-get install ${PACKAGES[name] ?? name})`);
}

/** The system's own Python, which sees Debian's packages; another one may come first on PATH. */
const PYTHON = '/usr/bin/python3';

/** Finds a module of the system's Python; the path is that of Python. */
export function pythonModule(name: string): Peer {
  const importable = isExecutable(PYTHON) && spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0;
  const missing = `${PYTHON} cannot import ${name} (Debian: apt-get install python3-${name})`;
  return found(name, importable ? PYTHON : undefined, missing);
}

/** Port 135, which DCOM clients insist on; the path says who may listen there. */
export const port135 = (): Peer =>
  found('port 135', process.getuid?.() === 0 ? 'root' : undefined, 'listening on port 135 needs root');

export function found(name: string, path: string | undefined, missing: string): Peer {
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
