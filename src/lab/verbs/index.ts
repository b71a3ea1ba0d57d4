import { activate } from './activate.js';
import { check } from './check.js';
import { fault } from './fault.js';
import { heal } from './heal.js';
import { invoke } from './invoke.js';
import { link } from './link.js';
import { lure } from './lure.js';
import { query } from './query.js';
import { read } from './read.js';
import { reboot } from './reboot.js';
import { relay } from './relay.js';
import { release } from './release.js';
import { set } from './set.js';
import { subscribe } from './subscribe.js';
import { timeline } from './timeline.js';
import { trace } from './trace.js';
import { update } from './update.js';
import type { Verb } from './verb.js';
import { wait } from './wait.js';

/** Everything that a step can do, by the word for it. */
export const VERBS: ReadonlyMap<string, Verb> = new Map(
  Object.entries({
    update,
    set,
    reboot,
    activate,
    invoke,
    release,
    read,
    subscribe,
    query,
    lure,
    relay,
    timeline,
    trace,
    wait,
    link,
    fault,
    heal,
    check,
  }),
);
