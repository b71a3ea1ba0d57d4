import type { OpcValue } from '../../client/opc/opc-value.js';
import { isFailure } from '../../client/outcome.js';
import { qualityName } from '../../codec/opc/index.js';
import { hresultName } from '../../codec/status/explain.js';
import { plain } from '../../report/ndjson.js';
import type { Output } from '../io.js';

/** A value as a line, or as a record: `time` is that of the server, as ISO 8601. */
export function tellValue(
  out: Output,
  event: 'value' | 'change',
  { item, value, type, quality, time, hresult }: OpcValue,
): void {
  const at = new Date(time).toISOString();
  if (out.json) {
    const record = { event, item, value: value ?? null, type, quality, qualityName: qualityName(quality), time: at };
    out.record(hresult === 0 ? record : { ...record, hresult, result: hresultName(hresult) });
    return;
  }
  if (isFailure(hresult)) out.line(`${item}: refused, ${hresultName(hresult)}`);
  else out.line(`${at} ${item} ${JSON.stringify(plain(value ?? null))} ${qualityName(quality)}`);
}
