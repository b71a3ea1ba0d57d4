import type { isVisible, REASONS, Statement } from '../src/conform/statements/index.js';

export function conformanceMarkdown(tables: {
  readonly statements: readonly Statement[];
  readonly reasons: typeof REASONS;
  readonly isVisible: typeof isVisible;
}): string;
