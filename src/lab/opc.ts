import { z } from 'zod';
import { OpcClient } from '../client/opc/client.js';
import { IOPCServer } from '../codec/opc/index.js';
import { SAMPLE_PLANT } from '../server/classes/opc/index.js';
import type { ActivationDone } from './activation.js';
import { activateInStep, clientAs, clientAt, wishOf } from './client-step.js';
import type { HostData } from './host-schema.js';
import type { Lab } from './lab.js';
import { name } from './values.js';

/** What every step of an OPC client says: who, on which server, which items. */
export const opcStep = { ...clientAt, items: z.array(name).min(1), ...clientAs };

type Given = z.output<z.ZodObject<typeof opcStep>>;

/** An OPC client on its server, and what came of the activation. */
export interface OpcSession extends Pick<ActivationDone, 'activation'> {
  readonly id: string;
  readonly title: string;
  /** Undefined where the activation was refused. */
  readonly opc: OpcClient | undefined;
  close(): Promise<void>;
}

/** Activates the OPC server of a host. */
export async function opcSession(
  lab: Lab,
  given: Given,
  step: { readonly verb: string; readonly title: string | undefined; readonly refusedBy: unknown },
): Promise<OpcSession> {
  const { opc } = lab.scenario.data.hosts[given.on] as HostData;
  const wish = { ...wishOf(lab, given), clsid: (opc ?? SAMPLE_PLANT).clsid, iid: IOPCServer.uuid };
  const done = await activateInStep(lab, wish, { ...step, does: `${step.verb}s on`, keep: true });
  const { activation, id, title, kept } = done;
  return {
    ...{ activation, id, title },
    opc: kept && OpcClient.over(kept.client, kept.object),
    close: async () => {
      await kept?.object.release().catch(() => undefined);
      await kept?.client.close();
    },
  };
}
