import { styleText } from 'node:util';
import type { PduRecord } from '../capture/record.js';
import { interfaceName } from '../codec/interfaces.js';
import { BIND_TIME_FEATURES_PREFIX, RESULT } from '../codec/rpce/index.js';
import { authnLevelName } from '../codec/status/authn.js';
import { faultName, hresultName } from '../codec/status/explain.js';
import { bindNakReasonName, presentationResultName, providerReasonName } from '../codec/status/pdu.js';
import { plain } from '../report/ndjson.js';
import { printable } from '../report/printable.js';
import { transferSyntaxName } from '../rpc/index.js';

/** A PDU in one line for people: where, who to whom, what, at which level, and how it ended. */
export function pduLine(record: PduRecord, colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const { text, bad } = detail(record);
  const columns = [
    String(record.frame).padStart(6),
    `#${record.stream}`.padEnd(4),
    record.time.slice(11, 26),
    `${record.src} > ${record.dst}`.padEnd(43),
    String(record.ptype).padEnd(18),
    (record.call_id === undefined ? '' : `call ${record.call_id}`).padEnd(9),
    levelText(record).padEnd(13),
    bad ? paint('red', printable(text)) : printable(text),
  ];
  return columns.join(' ').trimEnd();
}

/** The line, with what the PDU says below it. */
export function pduText(record: PduRecord, colour: boolean): string {
  const line = pduLine(record, colour);
  if (record.value === undefined) return line;
  const fields = printableLines(JSON.stringify(plain(record.value), undefined, 2));
  return `${line}\n${fields.map((text) => `       ${text}`).join('\n')}`;
}

const printableLines = (text: string): string[] => text.split('\n').map((line) => line.replace(/\S.*$/, printable));

const levelText = ({ auth_level }: PduRecord): string =>
  auth_level === undefined ? '' : authnLevelName(auth_level).replace('RPC_C_AUTHN_LEVEL_', '');

/** What is special about it; `bad` where something was refused or could not be read. */
function detail(record: PduRecord): { text: string; bad: boolean } {
  const call = record.interface === undefined ? '' : `${record.interface}::${record.operation ?? record.opnum ?? ''}`;
  if (record.error !== undefined) return { text: `${call} ${record.error}`.trim(), bad: true };
  if (record.status !== undefined)
    return { text: `${call} ${faultName(record.status)} (${hex(record.status)})`.trim(), bad: true };
  const value = (record.value ?? {}) as Record<string, unknown>;
  if (typeof value.provider_reject_reason === 'number')
    return { text: bindNakReasonName(value.provider_reject_reason), bad: true };
  const proposals = negotiation(value);
  if (proposals !== undefined) return { text: proposals, bad: false };
  const result = value.ReturnValue;
  const failed = typeof result === 'number' && result !== 0;
  const parts = [
    call,
    failed ? `${hresultName(result)} (${hex(result)})` : '',
    record.stub === undefined || record.stub === 'plain' ? '' : `[${record.stub}]`,
    record.user ?? '',
  ];
  return { text: parts.filter((part) => part !== '').join(' '), bad: failed || record.stub === 'bad signature' };
}

const hex = (code: number): string => `0x${code.toString(16).padStart(8, '0')}`;

interface Proposal {
  readonly abstract_syntax: { readonly uuid: string };
  readonly transfer_syntaxes: readonly { readonly uuid: string; readonly version: number }[];
}

/** What a bind proposes, or what became of it: the first thing that a reader looks for. */
function negotiation({ p_context_elem, results }: Record<string, unknown>): string | undefined {
  if (Array.isArray(p_context_elem)) {
    const texts = (p_context_elem as Proposal[]).map(
      ({ abstract_syntax, transfer_syntaxes }) =>
        `${interfaceName(abstract_syntax.uuid)} ${transfer_syntaxes.map(syntaxName).join('/')}`,
    );
    return texts.join(', ');
  }
  if (!Array.isArray(results)) return undefined;
  return (results as { result: number; reason: number }[])
    .map(
      ({ result, reason }) =>
        presentationResultName(result) +
        (result === RESULT.provider_rejection ? ` (${providerReasonName(reason)})` : ''),
    )
    .join(', ');
}

const syntaxName = (syntax: { uuid: string; version: number }): string =>
  transferSyntaxName(syntax)?.toUpperCase() ??
  (syntax.uuid.startsWith(BIND_TIME_FEATURES_PREFIX) ? 'features' : syntax.uuid);
