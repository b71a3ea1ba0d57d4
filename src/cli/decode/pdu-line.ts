import { styleText } from 'node:util';
import type { DecodedPdu } from '../../capture/decode/decode.js';
import { pduParts } from '../../capture/decode/parts.js';
import type { PduRecord } from '../../capture/decode/record.js';
import { resultOf } from '../../capture/decode/result.js';
import { UNNAMED_PIPE } from '../../capture/smb/pipe.js';
import { interfaceName } from '../../codec/interfaces.js';
import { BIND_TIME_FEATURES_PREFIX, RESULT, type RtsCommand } from '../../codec/rpce/index.js';
import { effectiveAuthnLevel, RPC_C_AUTHN_LEVEL, shortAuthnLevelName } from '../../codec/status/authn.js';
import { faultName, hresultName } from '../../codec/status/explain.js';
import { hexStatus } from '../../codec/status/hex.js';
import { bindNakReasonName, presentationResultName, providerReasonName } from '../../codec/status/pdu.js';
import { octetTree } from '../../report/octet-tree.js';
import { printable } from '../../report/printable.js';
import type { Style } from '../../report/table.js';
import { transferSyntaxName } from '../../rpc/index.js';

/** Paints where colours are wanted, and asks no stream whether it is a terminal. */
export const painter =
  (colour: boolean) =>
  (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;

/** A text as wide as its column; negative widths start at the left. */
export const cell = (text: string, width: number): string => (width < 0 ? text.padEnd(-width) : text.padStart(width));

/** Of `pduLine`: frame, stream, time, ends, type, call and level; what it says has what is left. */
const WIDTHS = [6, -4, -15, -43, -18, -9, -13] as const;
const [FRAME, STREAM, TIME, ENDS, TYPE, CALL, LEVEL] = WIDTHS;

/** The head of the table that `pduLine` gives the rows of. */
export const pduHead = (colour: boolean): string =>
  painter(colour)(
    'bold',
    ['frame', '#', 'time', 'from > to', 'PDU', 'call', 'level', 'content']
      .map((name, at) => cell(name, WIDTHS[at] ?? 0))
      .join(' '),
  );

/** A PDU in one line for people: where, who to whom, what, at which level, and how it ended. */
export function pduLine(record: PduRecord, colour: boolean): string {
  const paint = painter(colour);
  const { text, bad } = detail(record);
  const asked = record.request_frame === undefined ? '' : ` <${record.request_frame}${after(record.elapsed)}`;
  const columns = [
    cell(String(record.frame), FRAME),
    cell(`#${record.stream}`, STREAM),
    cell(record.time.slice(11, 26), TIME),
    cell(`${record.src} > ${record.dst}`, ENDS),
    styled(paint, STYLES[record.ptype], cell(String(record.ptype), TYPE)),
    cell(record.call_id === undefined ? '' : `call ${record.call_id}`, CALL),
    styled(paint, levelStyle(record.auth_level), cell(levelText(record.auth_level), LEVEL)),
    pipePrefix(record) + (bad ? paint('red', printable(text)) : printable(text)) + (asked && paint('dim', asked)),
  ];
  return columns.join(' ').trimEnd();
}

/** The line of a PDU that came by SMB begins with its pipe. */
export const pipePrefix = ({ transport, pipe }: Pick<PduRecord, 'transport' | 'pipe'>): string =>
  transport === 'ncacn_np' ? `${printable(pipe ?? UNNAMED_PIPE)} ` : '';

/** A line, with every field of the PDU below it: where it stands, its octets, its name and its value. */
export function pduText(line: string, decoded: DecodedPdu, colour: boolean): string {
  const paint = painter(colour);
  const below = pduParts(decoded).flatMap((part) => [
    ...(part.kind === 'stub' ? [paint('dim', 'stub, whole and readable')] : []),
    ...octetTree(part),
  ]);
  return [line, ...below.map((text) => `  ${text}`)].join('\n');
}

export const after = (elapsed: number | undefined): string =>
  elapsed === undefined ? '' : ` ${milliseconds(elapsed)}`;

/** A duration as everybody reads them in captures. */
export const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(3)} ms`;

const styled = (paint: ReturnType<typeof painter>, style: Style | undefined, text: string): string =>
  style === undefined ? text : paint(style, text);

const STYLES: Readonly<Record<string, Style>> = {
  request: 'cyan',
  response: 'green',
  fault: 'red',
  bind_nak: 'red',
  malformed: 'red',
  cut: 'yellow',
};

/** Below PKT_INTEGRITY a hardened server refuses activations (KB5004442). */
export const levelStyle = (level: number | undefined): Style | undefined =>
  level !== undefined && effectiveAuthnLevel(level) < RPC_C_AUTHN_LEVEL.PKT_INTEGRITY ? 'yellow' : undefined;

export const levelText = (level: number | undefined): string => (level === undefined ? '' : shortAuthnLevelName(level));

const USUAL: ReadonlySet<string> = new Set(['plain']);
/** States that the level implies. */
const PROTECTED: ReadonlySet<string> = new Set(['signed', 'sealed']);

/** The type of a PDU, as wide as most are. */
export const typeText = ({ ptype }: PduRecord): string => String(ptype).padEnd(8);

/** The same in its colour. */
export const paintedType = ({ ptype }: PduRecord, text: string, paint: ReturnType<typeof painter>): string =>
  styled(paint, STYLES[ptype], text);

/** What is special about it; `bad` where something was refused or could not be read. */
export function detail(record: PduRecord, withStub = true): { text: string; bad: boolean } {
  const call = [calledBy(record), record.class ?? record.clsid ?? ''].filter((text) => text !== '').join(' ');
  if (record.error !== undefined) return { text: `${call} ${record.error}`.trim(), bad: true };
  if (record.status !== undefined)
    return { text: `${call} ${resultText(record.ptype, record.status)}`.trim(), bad: true };
  const value = (record.value ?? {}) as Record<string, unknown>;
  if (typeof value.provider_reject_reason === 'number')
    return { text: bindNakReasonName(value.provider_reject_reason), bad: true };
  if (Array.isArray(value.Commands)) return { text: commandsText(value.Commands as RtsCommand[]), bad: false };
  const proposals = negotiation(value);
  if (proposals !== undefined) return { text: proposals, bad: false };
  const result = resultOf(record) ?? 0;
  const failed = result !== 0;
  const parts = [
    call,
    failed ? resultText(record.ptype, result) : '',
    record.stub === undefined || USUAL.has(record.stub) || (!withStub && PROTECTED.has(record.stub))
      ? ''
      : `[${record.stub}]`,
    record.user ?? '',
  ];
  return { text: parts.filter((part) => part !== '').join(' '), bad: failed || record.stub === 'bad signature' };
}

function calledBy({ interface: name, operation, opnum }: PduRecord): string {
  const called = operation ?? opnum;
  return called === undefined || name === undefined ? (name ?? '') : `${name}::${called}`;
}

/** Of RTS: which commands, by which [MS-RPCH] 2.2.4 tells one PDU from another. */
const commandsText = (commands: readonly RtsCommand[]): string => commands.map(({ command }) => command).join(' ');

/** Name and number; what an operation returns is an HRESULT first, the status of a fault is one of the protocol. */
export function resultText(ptype: PduRecord['ptype'], code: number): string {
  const hex = hexStatus(code);
  const own = ptype === 'fault' ? hex : hresultName(code);
  const name = own === hex ? faultName(code) : own;
  return name === hex ? hex : `${name} (${hex})`;
}

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
