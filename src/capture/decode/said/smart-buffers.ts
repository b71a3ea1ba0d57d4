import type { Operation } from '../../../codec/ndr/index.js';
import { type CimClassPart, objectArray, SmartNext } from '../../../codec/wmi/index.js';

/** Of the buffers that classes came in. */
const MAX_OCTETS = 4 * 1024 * 1024;

/**
 * [MS-WMI] 2.2.14: the buffers of smart enumerators, in which a class comes only with its first instance. Classes are
 * found by the identifiers that their servers gave them, over all connections; beyond 4 MiB the oldest are forgotten.
 */
export class SmartBuffers {
  readonly #classes = new Map<string, { readonly part: CimClassPart; readonly octets: number }>();
  #octets = 0;

  /** The answer with the objects of its buffer; undefined for other answers. Throws `CodecError`. */
  opened(operation: Operation | undefined, output: unknown): object | undefined {
    if (operation !== SmartNext || typeof output !== 'object' || output === null) return undefined;
    const { pBuffer } = output as { readonly pBuffer: Uint8Array | null };
    if (pBuffer === null) return undefined;
    const classes = {
      get: (id: string) => this.#classes.get(id)?.part,
      set: (id: string, part: CimClassPart) => this.#remember(id, part, pBuffer.length),
    };
    return { ...output, pBuffer: objectArray(classes).decode(pBuffer).value };
  }

  #remember(id: string, part: CimClassPart, octets: number): void {
    const known = this.#classes.get(id);
    if (known?.part === part) return;
    this.#forget(id);
    this.#classes.set(id, { part, octets });
    this.#octets += octets;
    for (const oldest of this.#classes.keys()) {
      if (this.#octets <= MAX_OCTETS || this.#classes.size === 1) return;
      this.#forget(oldest);
    }
  }

  #forget(id: string): void {
    this.#octets -= this.#classes.get(id)?.octets ?? 0;
    this.#classes.delete(id);
  }
}
