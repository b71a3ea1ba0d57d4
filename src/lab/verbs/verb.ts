import { z } from 'zod';
import type { Lab } from '../lab.js';
import type { Names } from '../names.js';
import type { Path } from '../scenario-file.js';

/** One thing that a step can do: what a scenario says of it, what has to be there, and how it runs. */
export interface VerbOf<Given extends z.ZodType, Expect extends z.ZodObject> {
  /** What stands behind the verb. */
  readonly schema: Given;
  /** What this step can tell; nothing else can be expected of it. */
  readonly expect: Expect;
  /** Names that have to be there before, and those that are there from now on. */
  references?(given: z.output<Given>, names: Names, place: StepPlace<z.output<Expect>>): void;
  /** The date on which the scenario begins at the earliest, where the step says it. */
  begins?(given: z.output<Given>): string | undefined;
  /** Throws `NotInThisWorld` for what such a lab cannot do. */
  run(lab: Lab, given: z.output<Given>, context: StepContext<z.output<Expect>>): void | Promise<void>;
}

export type Verb = VerbOf<z.ZodType, z.ZodObject>;

/** A verb with its types checked against its schemas, and put away: who runs a step has parsed what it is given. */
export const verb = <Given extends z.ZodType, Expect extends z.ZodObject>(of: VerbOf<Given, Expect>): Verb =>
  of as unknown as Verb;

/** Of a step that changes something, and tells nothing. */
export const NOTHING = z.strictObject({});

export interface StepPlace<Expect> {
  /** Of the verb. */
  readonly path: Path;
  readonly expect: Expect;
  readonly expectPath: Path;
}

/** Where a step stands, and what has to come of it. */
export interface StepContext<Expect> {
  readonly path: Path;
  readonly title: string | undefined;
  readonly expect: Expect;
}
