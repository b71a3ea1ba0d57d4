/** Texts that are said often, each kept once; 0 is the empty one. */
export class Texts {
  readonly list: string[] = [''];
  readonly #places = new Map<string, number>([['', 0]]);

  place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.list.push(text);
    this.#places.set(text, this.list.length - 1);
    return this.list.length - 1;
  }
}
