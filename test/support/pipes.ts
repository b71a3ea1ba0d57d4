import type { Problem } from '../../src/capture/file/error.js';
import type { CapturedPdu } from '../../src/capture/pdu/pdu.js';
import { type ReadOptions, readCapture } from '../../src/capture/pdu/pdus.js';
import type { Sniffer } from '../../src/security/index.js';
import { captureOf, type Sent } from './segments.js';

/** What a capture has in pipes: one line a PDU, `request 36 > \PIPE\svcctl`; `cut` with what is missing; `end` of a pipe. */
export async function pipesOf(sent: readonly Sent[], limits: ReadOptions['limits'] = {}, observe?: Sniffer) {
  const lines: string[] = [];
  const pdus: CapturedPdu[] = [];
  const problems: Problem[] = [];
  /** One a pipe. */
  const consumers: number[] = [];
  const { understood } = await readCapture(
    captureOf(...sent),
    {
      open: (stream, _, pipe) => {
        consumers.push(stream);
        const named = (): string => pipe?.name ?? (pipe === undefined ? 'tcp' : '?');
        const line = (pdu: CapturedPdu): string =>
          `${pdu.type} ${pdu.bytes.length}${pdu.missing === 0 ? '' : `+${pdu.missing}`} ${pdu.direction === 'toServer' ? '>' : '<'} ${named()}`;
        return {
          pdu: (pdu) => {
            pdus.push(pdu);
            lines.push(line(pdu));
          },
          cut: (pdu) => void lines.push(`cut ${line(pdu)}`),
          end: () => void lines.push(`end ${named()}`),
        };
      },
      onProblem: (problem) => problems.push(problem),
      observe,
    },
    { limits },
  );
  return { lines, pdus, problems, consumers: consumers.length, passed: understood.passedOver, understood };
}
