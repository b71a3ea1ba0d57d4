import { z } from 'zod';
import { clientProfileOption, hostOption, logonOptions } from '../../client/check-options.js';
import {
  asOfOption,
  authTypeOption,
  checkOptions,
  environmentOptions,
  functionOption,
  levelOption,
  optionsOf,
  portOption,
  registryOption,
  timeOption,
} from '../../hardening/options.js';
import type { WhatIfOptions } from './relay.js';
import type { RepeatOptions } from './repeat.js';
import type { ReplayOptions } from './replay.js';

const SENT_AS = { level: levelOption, authType: authTypeOption };
const REPLAY = {
  ...{ ...logonOptions, ...environmentOptions, ...SENT_AS, timeout: timeOption, ticketsAsCaptured: z.boolean() },
} satisfies Record<Exclude<keyof ReplayOptions, 'host' | 'port'>, z.ZodType>;
const REPLAY_OPTIONS = optionsOf(REPLAY).extend({ host: hostOption, port: portOption });

const REPEAT = {
  lastRefusal: functionOption('what refused the last activation'),
  pacing: z.object(),
} satisfies Record<Exclude<keyof RepeatOptions, keyof ReplayOptions | 'profile'>, z.ZodType>;
const REPEAT_OPTIONS = REPLAY_OPTIONS.extend({ ...optionsOf(REPEAT).shape, profile: clientProfileOption });

const WHAT_IF = {
  ...{ ...SENT_AS, registry: registryOption, variants: z.array(z.string()) },
} satisfies Record<Exclude<keyof WhatIfOptions, 'dates' | 'seed'>, z.ZodType>;
const WHAT_IF_OPTIONS = optionsOf(WHAT_IF).extend({ dates: z.array(asOfOption), seed: z.string() });

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkReplayOptions = (given: ReplayOptions): void => checkOptions('replayCall', REPLAY_OPTIONS, given);

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkRepeatOptions = (given: RepeatOptions): void =>
  checkOptions('repeatConversation', REPEAT_OPTIONS, given);

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkWhatIfOptions = (given: WhatIfOptions): void => checkOptions('relayCaptured', WHAT_IF_OPTIONS, given);
