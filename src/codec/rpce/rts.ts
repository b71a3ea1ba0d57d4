import { CodecError } from '../error.js';
import { type Endian, readUuid } from '../uuid.js';

/** [MS-RPCH] 2.2.3.6: the PDU type of what RPC over HTTP says about itself. */
export const PTYPE_RTS = 20;

/** Octets behind the type of a command; those of Padding and ClientAddress depend on their first field. */
const COMMANDS: readonly (readonly [name: string, length: number])[] = [
  ['ReceiveWindowSize', 4],
  ['FlowControlAck', 24],
  ['ConnectionTimeout', 4],
  ['Cookie', 16],
  ['ChannelLifetime', 4],
  ['ClientKeepalive', 4],
  ['Version', 4],
  ['Empty', 0],
  ['Padding', 4],
  ['NegativeANCE', 0],
  ['ANCE', 0],
  ['ClientAddress', 4],
  ['AssociationGroupId', 16],
  ['Destination', 4],
  ['PingTrafficSentNotify', 4],
];
const UUIDS: ReadonlySet<string> = new Set(['Cookie', 'AssociationGroupId']);
/** [MS-RPCH] 2.2.3.5.12: an IPv4 or IPv6 address, and 12 octets of padding. */
const ADDRESS_LENGTHS: readonly number[] = [4 + 12, 16 + 12];
/** As many as a PDU is read for. */
const MAX_COMMANDS = 64;

/** A command of an RTS PDU. */
export interface RtsCommand {
  readonly command: string;
  /** A cookie or group by its UUID, a number; absent where there is neither. */
  readonly value?: string | number;
}

/** The body of an RTS PDU ([MS-RPCH] 2.2.3.6.1). */
export interface RtsBody {
  readonly Flags: number;
  readonly Commands: readonly RtsCommand[];
}

/** Reads the body of an RTS PDU. Throws `CodecError`. */
export function decodeRts(body: Uint8Array, endian: Endian = 'little'): RtsBody {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const little = endian === 'little';
  const need = (at: number, length: number, path: string): void => {
    if (at + length > body.length)
      throw new CodecError('SHORT', path, at, `needs ${length} octets, has ${Math.max(0, body.length - at)}`);
  };
  need(0, 4, 'Flags');
  const count = view.getUint16(2, little);
  const commands: RtsCommand[] = [];
  let at = 4;
  for (let n = 0; n < Math.min(count, MAX_COMMANDS); n++) {
    need(at, 4, `Commands[${n}]`);
    const type = view.getUint32(at, little);
    const [command, fixed] = COMMANDS[type] ?? [];
    if (command === undefined || fixed === undefined)
      throw new CodecError('BAD_VALUE', `Commands[${n}]`, at, `${type} is not a command type`);
    at += 4;
    need(at, fixed, command);
    const first = fixed === 4 ? view.getUint32(at, little) : undefined;
    const value = UUIDS.has(command) ? readUuid(body, at, endian) : first;
    const more = command === 'Padding' ? (first ?? 0) : command === 'ClientAddress' ? ADDRESS_LENGTHS[first ?? 0] : 0;
    if (more === undefined) throw new CodecError('BAD_VALUE', command, at, `${first} is not an address type`);
    need(at + fixed, more, command);
    commands.push(value === undefined ? { command } : { command, value });
    at += fixed + more;
  }
  return { Flags: view.getUint16(0, little), Commands: commands };
}
