import type { CallRecord } from '../../capture/decode/call-record.js';
import { printable } from '../../report/printable.js';
import { cell, levelText, milliseconds, painter, pipePrefix, resultText } from './pdu-line.js';

const COLUMNS = [11, -6, -15, -43, -8, -13, 11] as const;

const columns = (texts: readonly string[]): string =>
  texts.map((text, index) => cell(text, COLUMNS[index] ?? 0)).join(' ');

/** The head of the table that `callLine` gives the rows of. */
export const callHead = (colour: boolean): string =>
  painter(colour)(
    'bold',
    columns(['frames', 'stream', 'time', 'client > server', 'call', 'level', 'elapsed', 'operation']),
  );

/** A call in one line for people: where, who, at which level, how long it took, what it was and how it ended. */
export function callLine(call: CallRecord, colour: boolean): string {
  const paint = painter(colour);
  const line = columns([
    framesText(call),
    `#${call.stream}`,
    call.time.slice(11, 26),
    `${call.client} > ${call.server}`,
    String(call.call_id),
    levelText(call.auth_level),
    elapsedText(call),
    whatText(call),
  ]);
  const { text, style } = ending(call);
  return text === '' ? line.trimEnd() : `${line} ${paint(style, text)}`;
}

/** `7 > 8`: of the request and of the answer. */
export const framesText = ({ request_frame, answer_frame }: CallRecord): string =>
  `${request_frame ?? '?'} > ${answer_frame ?? '?'}`;

export const elapsedText = ({ elapsed }: CallRecord): string => (elapsed === undefined ? '' : milliseconds(elapsed));

/** `IWbemServices::ExecQuery LAB\op: SELECT … -> …` */
export function whatText(call: CallRecord): string {
  const head = call.user === undefined ? operationText(call) : `${operationText(call)} ${call.user}`;
  const asked = call.request === undefined ? head : `${head}: ${call.request}`;
  return pipePrefix(call) + printable(call.answer === undefined ? asked : `${asked} -> ${call.answer}`);
}

const operationText = ({ interface: name, operation, opnum }: CallRecord): string =>
  `${name ?? '?'}::${operation ?? opnum ?? '?'}`;

/** How it ended; nothing for what went well. */
export function ending({ outcome, status }: CallRecord): { text: string; style: 'red' | 'yellow' } {
  if (outcome === 'unanswered') return { text: 'no answer', style: 'yellow' };
  if (outcome === 'cut') return { text: 'a part of the answer is not in the capture', style: 'yellow' };
  if (outcome === 'malformed' && status === undefined) return { text: 'an answer that cannot be read', style: 'red' };
  if (outcome === 'response' && (status ?? 0) === 0) return { text: '', style: 'red' };
  return { text: resultText(outcome, status as number), style: 'red' };
}
