import type { Environment } from '../net/environment.js';
import type { RelayScene } from './between.js';
import { assertConfined, confine } from './confined.js';
import { Lure } from './lure.js';
import { Victim } from './victim.js';

export type LureScene = Environment &
  Pick<RelayScene, 'attacker' | 'timeout'> & {
    readonly victim: Omit<RelayScene['victim'], 'refusesOwnChallenges'> & { readonly authType: number };
  };

export interface Lured {
  readonly authenticated: boolean;
  /** auth_level of the victim's bind. */
  readonly level: number | undefined;
  /** What the victim's application was told. */
  readonly victim: readonly string[];
}

/** A victim comes to the attacker, who has nobody to pass its authentication on to. Rejects with `RelayRefused`. */
export async function luredOnly(scene: LureScene): Promise<Lured> {
  const network = confine(scene.network);
  assertConfined(scene.victim.address, network);
  const { random, clock, monotonic, timers, timeout } = scene;
  const shared = { network, random, clock, monotonic, timers, timeout };
  const lure = await Lure.open({ ...shared, host: scene.attacker.address, port: scene.attacker.port ?? 0 });
  const victim = new Victim({ ...shared, ...scene.victim });
  try {
    const activation = victim.activateOn(lure.address);
    const handshake = await Promise.race([lure.next(), activation.then(() => undefined)]);
    handshake?.abandon(new Error('nobody takes this authentication'));
    await activation;
    const told = victim.outcomes.map(({ text }) => text);
    return { authenticated: handshake !== undefined, level: handshake?.victimLevel, victim: told };
  } finally {
    await lure.close();
  }
}
