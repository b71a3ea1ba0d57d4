import type { LabRelay } from '../../lab/index.js';
import type { Column, Style } from '../table.js';
import { inTurn } from './timeline.js';

/** One row for a variant, by NTLM and SPNEGO where these fare alike. */
export interface RelayRow {
  readonly variant: string;
  /** By patch level of the server. */
  readonly outcomes: ReadonlyMap<string, string>;
}

const SPNEGO = '-spnego';

export function relayRows(relays: readonly LabRelay[]): RelayRow[] {
  const rows = new Map<string, Map<string, string>>();
  for (const { variant, asOf } of relays) {
    const row = rows.get(variant.id) ?? new Map<string, string>();
    const alike = relays.filter((each) => each.variant.id === variant.id && each.asOf === asOf);
    rows.set(variant.id, row.set(asOf, inTurn(alike.map(({ outcome }) => outcome.refusedBy ?? 'SUCCEEDED'))));
  }
  const same = (id: string): boolean => text(rows.get(id)) === text(rows.get(`${id}${SPNEGO}`));
  return [...rows]
    .filter(([id]) => !(id.endsWith(SPNEGO) && same(id.slice(0, -SPNEGO.length))))
    .map(([id, outcomes]) => ({
      variant: rows.has(`${id}${SPNEGO}`) && same(id) ? `${id} (also by SPNEGO)` : id,
      outcomes,
    }));
}

export const relayColumns = (relays: readonly LabRelay[]): Column<RelayRow>[] => [
  { title: 'the attacker', value: ({ variant }) => variant },
  ...[...new Set(relays.map(({ asOf }) => asOf))].map(
    (asOf): Column<RelayRow> => ({
      title: asOf < '2021-06' ? 'before' : asOf,
      value: ({ outcomes }) => outcomes.get(asOf) ?? '',
      style: ({ outcomes }): Style => (outcomes.get(asOf)?.includes('SUCCEEDED') ? 'red' : 'green'),
    }),
  ),
];

const text = (row: ReadonlyMap<string, string> | undefined): string => JSON.stringify([...(row ?? [])]);
