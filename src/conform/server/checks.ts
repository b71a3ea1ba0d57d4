import { type Check, composed } from '../core/index.js';
import { BIND_CHECKS } from './rpce/bind.js';
import type { Target } from './target.js';

/** The simplest thing that a server does, without which nothing else means anything. */
export const SANITY: Check<Target> = {
  id: 'sanity/answers',
  section: 'C706 12.6.4.10',
  requirement: 'A call to an operation that exists is answered.',
  level: 'MUST',
  needs: [],
  stimulus: 'a bind and a call that asks whether the server is there',
  async run(target) {
    await target.works(await target.bound(target.simple.interface));
  },
};

/** Every check of the server suite, in the order in which they run. */
export const SERVER_CHECKS: readonly Check<Target>[] = composed(BIND_CHECKS);
