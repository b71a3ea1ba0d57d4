import type { ContextResult } from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';

/** What the server's octets meant to the client, in the order of the wire. */
export type ClientEvent =
  /** bind_ack or alter_context_resp; `callId` is the one of the bind or alter_context that it answers. */
  | {
      readonly type: 'negotiated';
      readonly callId: number;
      readonly results: readonly ContextResult[];
      readonly groupId: number;
    }
  | { readonly type: 'authenticated'; readonly callId: number; readonly authContextId: number }
  | { readonly type: 'authentication-failed'; readonly callId: number; readonly error: Error }
  | {
      readonly type: 'bind_nak';
      readonly callId: number;
      /** TEMPORARY_CONGESTION, which nobody sends any more, counts as LOCAL_LIMIT_EXCEEDED ([MS-RPCE] 2.2.2.5). */
      readonly reason: number;
      readonly versions: readonly { readonly major: number; readonly minor: number }[];
      /** [MS-EERR] octets, where the server sent any. */
      readonly extendedError: Buffer | undefined;
    }
  | { readonly type: 'response'; readonly callId: number; readonly stub: Buffer; readonly littleEndian: boolean }
  | {
      readonly type: 'fault';
      readonly callId: number;
      /** RPC_S_PROTOCOL_ERROR for a status that no server may send ([MS-RPCE] 3.3.2.5.1). */
      readonly status: number;
      /** As it stood in the PDU. */
      readonly sentStatus: number;
      readonly flags: number;
      readonly didNotExecute: boolean;
      /** [MS-EERR] octets, where the server sent any. */
      readonly extendedError: Buffer | undefined;
    };

/** What came of octets at the client's end: what to send, and what has happened. */
export interface ClientOutput {
  readonly send: Buffer[];
  readonly events: ClientEvent[];
  /** The server broke the protocol; nothing more can be done on this connection. */
  close: string | undefined;
  /** Which layer of this side refused what the server sent. */
  refusedBy?: RefusedBy;
}
