/** What a target has, by name: true, or why it lacks it. It lacks everything that is not named. */
export type Facts = Readonly<Record<string, true | string>>;

/** Why a check that needs so much does not apply; undefined where it does. */
export function missingFact(facts: Facts, needs: readonly string[]): string | undefined {
  for (const need of needs) {
    const fact = facts[need];
    if (fact !== true) return fact ?? `the target has no ${need}`;
  }
  return undefined;
}
