import type { DEFAULT_POLICY, POLICY_OPTIONS } from '../src/hardening/profile.js';
import type { RegistryValue } from '../src/hardening/registry.js';

export function policyMarkdown(tables: {
  readonly options: typeof POLICY_OPTIONS;
  readonly defaults: typeof DEFAULT_POLICY;
  readonly values: readonly RegistryValue[];
}): string;
