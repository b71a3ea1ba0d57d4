/** The SVG of `layers`, top to bottom, with what the files below `src` import. */
export function architectureSvg(
  src: string,
  layers: readonly {
    readonly layer: string;
    readonly holds: string;
    readonly rooms?: readonly (readonly string[])[];
  }[],
): string;

/** What a source imports, as it stands there: a path that begins with a dot, or a package. */
export function importsIn(text: string): string[];
