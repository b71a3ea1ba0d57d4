import type { Lab } from './lab.js';
import type { StepData } from './scenario.js';
import { VERBS } from './verbs/index.js';
import { NotInThisWorld } from './world.js';

/** Runs one step to its end. Throws `ScenarioError` for what such a lab cannot do. */
export async function runStep(lab: Lab, { verb, title, given, expect }: StepData, index: number): Promise<void> {
  const path = ['steps', index, verb];
  try {
    await VERBS.get(verb)?.run(lab, given, { path, title, expect });
  } catch (error) {
    throw error instanceof NotInThisWorld ? lab.error(path, error.message) : error;
  }
}
