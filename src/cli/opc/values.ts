import type { OpcValue } from '../../client/opc/value.js';
import { isFailure } from '../../client/outcome.js';
import { qualityName } from '../../codec/opc/index.js';
import { hresultName } from '../../codec/status/explain.js';
import { plain } from '../../report/ndjson.js';
import { recordTime } from '../../report/record.js';
import type { Output } from '../io.js';

/** A value as a line, or as a record: the time is that of the server. */
export function tellValue(
  out: Output,
  kind: 'opc-value' | 'opc-change',
  { item, value, type, quality, time, hresult }: OpcValue,
): void {
  if (out.json) {
    const record = {
      item,
      value: value ?? null,
      type,
      quality,
      quality_name: qualityName(quality),
      time: recordTime(time),
    };
    out.record(kind, hresult === 0 ? record : { ...record, hresult, result: hresultName(hresult) });
    return;
  }
  if (isFailure(hresult)) out.line(`${item}: refused, ${hresultName(hresult)}`);
  else
    out.line(`${new Date(time).toISOString()} ${item} ${JSON.stringify(plain(value ?? null))} ${qualityName(quality)}`);
}
