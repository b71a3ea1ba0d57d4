import { Help } from 'commander';

/**
 * The help of a command at a width: its sentences fill lines of that width, as commander has it for the options. What is
 * indented, such as an example, stays as it is, to be copied.
 */
export const helpText = (text: string, width: number): string =>
  text.replace(/^\S.*(?:\n\S.*)*/gm, (sentences) => new Help().boxWrap(sentences.replaceAll('\n', ' '), width));
