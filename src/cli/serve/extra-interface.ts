import { normaliseUuid } from '../../codec/uuid.js';
import { type Service, silentService } from '../../server/endpoint/service.js';
import { EXTRA_INTERFACES, type ExtraInterface } from '../../server/server.js';

const BY_UUID = /^([^:]+):(\d{1,5})(?:\.(\d{1,5}))?$/;

/** A name, or `UUID:MAJOR.MINOR` of an interface that other software of the machine would have. */
export function extraInterface(text: string): ExtraInterface | Service {
  const name = EXTRA_INTERFACES.find((known) => known === text);
  if (name !== undefined) return name;
  const [, id = '', major, minor = '0'] = BY_UUID.exec(text) ?? [];
  const uuid = normaliseUuid(id);
  if (uuid === undefined || Number(major) > 0xffff || Number(minor) > 0xffff)
    throw new Error(`expected ${EXTRA_INTERFACES.join(', ')} or UUID:MAJOR.MINOR`);
  return silentService(uuid, { major: Number(major), minor: Number(minor) });
}
