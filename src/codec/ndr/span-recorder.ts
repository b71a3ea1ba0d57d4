import { isScalar, type Span } from '../span.js';

/** What a span takes from the declaration of its field. */
export interface Declared {
  readonly name: string;
  readonly section: string;
  /** Of a structure: it has a section of its own, where a number or pointer belongs to that of its structure. */
  readonly fields?: readonly unknown[];
}

/** The spans of a value while it is read: those that are complete, and those that further octets may still belong to. */
export class SpanRecorder {
  readonly spans: Span[] = [];
  readonly #open: Span[] = [];
  readonly #root: string;

  /** `section` is that of the whole. */
  constructor(section: string) {
    this.#root = section;
  }

  open(path: readonly string[], offset: number, type: Declared | undefined, note?: string): void {
    const section = type?.fields?.length ? type.section : this.#section || (type?.section ?? '');
    const span: Span = { path: path.join('.'), start: offset, end: offset, type: type?.name ?? '', section };
    this.spans.push(note ? Object.assign(span, { note }) : span);
    this.#open.push(span);
  }

  close(offset: number, value: unknown): void {
    const span = this.#open.pop();
    if (span === undefined) return;
    span.end = Math.max(span.start, offset);
    if (isScalar(value)) span.value = value;
  }

  /** A part that has just been read. */
  add(path: readonly string[], name: string, start: number, end: number, value?: unknown): void {
    if (start === end) return;
    const span: Span = { path: [...path, name].join('.'), start, end, type: '', section: this.#section };
    this.spans.push(isScalar(value) ? Object.assign(span, { value }) : span);
  }

  /** Padding stands before the fields that have begun with it, not in them. */
  padding(path: readonly string[], start: number, end: number): void {
    const begun = this.#open.filter((span) => span.start === start);
    const around = path.slice(0, path.length - begun.length);
    this.spans.push({ path: [...around, '(padding)'].join('.'), start, end, type: '', section: 'C706 14.2.2' });
    for (const span of begun) span.start = end;
  }

  get #section(): string {
    return this.#open.at(-1)?.section ?? this.#root;
  }
}
