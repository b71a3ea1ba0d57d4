import type { Structure } from '../src/codec/structures/index.js';

/** `folder` is src/codec, where the declarations are looked for. */
export function wireMarkdown(structures: readonly Structure[], folder: string): string;
