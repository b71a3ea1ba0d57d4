/** Octets from hexadecimal; blanks, line breaks and `# comments` up to the line's end are skipped. */
export const fromHex = (text: string): Buffer => Buffer.from(text.replace(/#.*$/gm, '').replace(/\s+/g, ''), 'hex');
