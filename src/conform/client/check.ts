import type { Check, CheckInfo, CheckLevel } from '../core/index.js';
import type { Attempted, Stimulus } from './attempt.js';
import type { Fact } from './facts.js';
import { type Baseline, goesOn, type Refusing, reached, stops } from './judge.js';

/** What a check of the client suite works with. */
export interface Subject {
  /** The run with the plain server. */
  readonly baseline: Baseline;
  /** One more run of the client. */
  attempt(stimulus: Stimulus): Promise<Attempted>;
}

/** One check of the client suite. */
export type ClientCheck = Check<Subject>;

interface Written extends Omit<CheckInfo, 'needs' | 'stimulus'> {
  readonly needs?: readonly Fact[];
}

const of = ({ id, section, requirement, level, needs = [] }: Written, stimulus: string): CheckInfo => ({
  ...{ id, section, requirement, level, needs, stimulus },
});

/** What the client does by itself towards the plain server. */
export const observed = (
  check: Written & {
    /** Throws `Mismatch` or `NotApplicable`. */
    readonly judge: (baseline: Baseline) => void;
  },
): ClientCheck => ({
  ...of(check, 'the plain server'),
  async run({ baseline }) {
    check.judge(baseline);
  },
});

interface Stimulated extends Written {
  /** What the client meets, in a few words. */
  readonly stimulus: string;
  readonly with: Stimulus;
}

/** What the client does when it meets something. */
export const reaction = (
  check: Stimulated & { readonly judge: (attempted: Attempted, baseline: Baseline) => void },
): ClientCheck => ({
  ...of(check, check.stimulus),
  async run({ attempt, baseline }) {
    check.judge(await attempt(check.with), baseline);
  },
});

/** What must not stop the client. */
export const tolerated = (check: Stimulated & { readonly at?: string }): ClientCheck =>
  reaction({
    ...check,
    judge(attempted, baseline) {
      if (check.with.change !== undefined) reached(attempted, check.at ?? 'what is changed');
      goesOn(attempted, baseline);
    },
  });

/** What the client must not go on with. */
export const refused = ({
  uses,
  at = PLACES[uses],
  notices,
  ...check
}: Stimulated & { readonly uses: Refusing; readonly at?: string; readonly notices?: boolean }): ClientCheck =>
  reaction({
    ...check,
    judge: (attempted, baseline) => stops(attempted, baseline, uses, { at, notices }),
  });

const PLACES: Readonly<Record<Refusing, string>> = {
  activation: 'an activation that is granted',
  reference: 'an activation that is granted',
  connection: 'that answer',
  call: 'a call to an object',
};

export type { CheckLevel };
