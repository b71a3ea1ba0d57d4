import * as data from './errref.data.js';

/** The three spaces of [MS-ERREF]; a number can mean something in each. */
export type Space = 'HRESULT' | 'Win32 error' | 'NTSTATUS';

/** Names of a code within its space, as the specification gives them; more than one for a few codes. */
export const namesOf = (space: Space, code: number): readonly string[] => table(space).byCode.get(code) ?? [];

/** Where a name belongs; names are the specification's, in capitals. */
export function codeOf(name: string): { readonly space: Space; readonly code: number } | undefined {
  for (const space of SPACES) {
    const code = table(space).byName.get(name);
    if (code !== undefined) return { space, code };
  }
  return undefined;
}

export const SPACES: readonly Space[] = ['Win32 error', 'HRESULT', 'NTSTATUS'];

export const SPACE_SECTIONS: Readonly<Record<Space, string>> = {
  HRESULT: '[MS-ERREF] 2.1.1',
  'Win32 error': '[MS-ERREF] 2.2',
  NTSTATUS: '[MS-ERREF] 2.3.1',
};

/** Names that [MS-ERREF] has no row for: success, and the names that the RPC runtime gives to general Win32 errors. */
const MORE: Readonly<Record<Space, Readonly<Record<string, number>>>> = {
  HRESULT: {
    S_OK: 0x00000000,
    S_FALSE: 0x00000001,
    E_HANDLE: 0x80070006,
  },
  'Win32 error': {
    RPC_S_ACCESS_DENIED: 5,
    RPC_X_SS_CONTEXT_MISMATCH: 6,
    RPC_S_OUT_OF_MEMORY: 14,
    RPC_S_INVALID_ARG: 87,
    RPC_S_SERVER_OUT_OF_MEMORY: 1130,
  },
  NTSTATUS: {},
};

interface Table {
  readonly byCode: ReadonlyMap<number, readonly string[]>;
  readonly byName: ReadonlyMap<string, number>;
}

const TEXTS: Readonly<Record<Space, string>> = {
  HRESULT: data.HRESULT,
  'Win32 error': data.WIN32,
  NTSTATUS: data.NTSTATUS,
};

const tables = new Map<Space, Table>();

// Seven thousand names are taken apart only once somebody asks.
function table(space: Space): Table {
  const known = tables.get(space);
  if (known !== undefined) return known;
  const byCode = new Map<number, string[]>();
  for (const line of TEXTS[space].trim().split('\n')) {
    const [first = '', ...names] = line.split(' ');
    const start = Number.parseInt(first, 16);
    names.forEach((name, index) => {
      byCode.set(start + index, name.split('|'));
    });
  }
  for (const [name, code] of Object.entries(MORE[space])) byCode.set(code, [...(byCode.get(code) ?? []), name]);
  const byName = new Map([...byCode].flatMap(([code, names]) => names.map((name) => [name, code] as const)));
  const made = { byCode, byName };
  tables.set(space, made);
  return made;
}
