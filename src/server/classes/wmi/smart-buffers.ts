import { readUuid } from '../../../codec/uuid.js';
import {
  type CimClassPart,
  type CimObject,
  type ObjectArrayItem,
  objectArray,
  PACKET_SMART_ENUM,
} from '../../../codec/wmi/index.js';
import type { RandomBytes } from '../../../security/index.js';

/** A smart enumerator has one client as a rule; what more of them know is forgotten, and sent again. */
const MAX_PROXIES = 16;

/** [MS-WMI] 2.2.14: which classes each client of a smart enumerator has got, by the identifiers they were given. */
export class SmartBuffers {
  readonly #proxies = new Map<string, Map<CimClassPart, string>>();
  readonly #array = objectArray();

  encode(proxyGUID: string, objects: readonly CimObject[], random: RandomBytes): Uint8Array {
    const sent = this.#sentTo(proxyGUID);
    const items = objects.map((object): ObjectArrayItem => {
      if (object.kind === 'class') return { type: 1, object };
      const known = sent.get(object.class);
      if (known !== undefined) return { type: 3, classId: known, object };
      const classId = readUuid(random(16));
      sent.set(object.class, classId);
      return { type: 2, classId, object };
    });
    return this.#array.encode({ packetType: PACKET_SMART_ENUM, objects: items });
  }

  #sentTo(proxyGUID: string): Map<CimClassPart, string> {
    const known = this.#proxies.get(proxyGUID);
    if (known !== undefined) return known;
    const [oldest] = this.#proxies.keys();
    if (this.#proxies.size >= MAX_PROXIES && oldest !== undefined) this.#proxies.delete(oldest);
    const sent = new Map<CimClassPart, string>();
    this.#proxies.set(proxyGUID, sent);
    return sent;
  }
}
