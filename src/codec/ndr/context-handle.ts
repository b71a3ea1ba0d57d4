import { UUID_NULL } from '../uuid.js';
import { u32, uuid } from './primitives.js';
import { reserved, struct } from './struct.js';
import type { Infer } from './type.js';

/** C706 14.2.8: 20 octets that the server chooses. */
export const contextHandle = struct('ndr_context_handle', 'C706 14.2.8', {
  context_handle_attributes: reserved(u32, 0),
  context_handle_uuid: uuid,
});

export type ContextHandle = Infer<typeof contextHandle>;

/** What a server returns for a handle that it has closed. */
export const NULL_CONTEXT_HANDLE: ContextHandle = { context_handle_uuid: UUID_NULL };
