/** A number of the wire with its name, what it means in this project's words, and where it is specified. */
export interface Named {
  readonly code: number;
  readonly name: string;
  readonly text: string;
  readonly section: string;
}

/** Rows for a table of constants and a text for each of them; the compiler sees to it that none is missing. */
export const named = <const K extends string>(
  constants: Readonly<Record<K, number>>,
  texts: Readonly<Record<K, string>>,
  section: string,
  prefix = '',
): readonly Named[] =>
  (Object.keys(texts) as K[]).map((name) => ({
    code: constants[name],
    name: `${prefix}${name}`,
    text: texts[name],
    section,
  }));

/** Finds the name of a number; gives the number itself where it has none. */
export const nameIn = (rows: readonly Named[]): ((code: number) => string) => {
  const names = new Map(rows.map(({ code, name }) => [code, name]));
  return (code) => names.get(code) ?? String(code);
};
