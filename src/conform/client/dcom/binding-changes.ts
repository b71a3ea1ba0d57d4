import { type Bindings, bindingsOf, type DUALSTRINGARRAY } from '../../../codec/dcom/index.js';
import { isResolveOxid, isResolveOxid2 } from '../history/calls.js';
import type { Change } from '../middle/answer.js';
import { activationReplies, either, values } from '../middle/changes.js';

/** The bindings of the object exporter, wherever the client learns them. */
export const exporterBindings = (change: (bindings: Bindings) => DUALSTRINGARRAY): Change =>
  either(
    activationReplies((reply) => ({ ...reply, bindings: change(bindingsOf(reply.bindings)) })),
    values<{ ppdsaOxidBindings: DUALSTRINGARRAY | null }>(
      (call) => isResolveOxid2(call) || isResolveOxid(call),
      (value) =>
        value.ppdsaOxidBindings === null
          ? value
          : { ...value, ppdsaOxidBindings: change(bindingsOf(value.ppdsaOxidBindings)) },
    ),
  );

/** The object's exporter is not the one that the activation names, so the client has to resolve it. */
export const otherExporter: Change = activationReplies((reply) => ({ ...reply, oxid: reply.oxid ^ 1n }));
