import { fromVariant, type JsValue, type VARIANT } from '../../codec/oaut/index.js';
import { fileTimeToMilliseconds } from '../../codec/opc/index.js';
import type { Milliseconds } from '../../security/index.js';

/** What an item was at one moment. */
export interface OpcValue {
  readonly item: string;
  readonly value: JsValue;
  /** VT_* */
  readonly type: number;
  readonly quality: number;
  readonly time: Milliseconds;
  /** The item's own result: 0, or OPC_E_*. */
  readonly hresult: number;
}

export const opcValue = (
  item: string,
  { value, quality, time, hresult }: { value: VARIANT | null; quality: number; time: bigint; hresult: number },
): OpcValue => ({
  item,
  value: fromVariant(value),
  type: value?.vt ?? 0,
  quality,
  time: time === 0n ? 0 : fileTimeToMilliseconds(time),
  hresult,
});
