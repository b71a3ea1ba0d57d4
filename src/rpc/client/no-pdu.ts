const SHOWN = 64;

/** Whether octets can be how a PDU of connection-oriented RPC begins: C706 12.6.3.1, rpc_vers and rpc_vers_minor. */
export const beginsPdu = ([version = 5, minor = 0]: Uint8Array): boolean => version === 5 && minor <= 1;

/** What came instead of a PDU: its first line where that is text, else its first octets. */
export function shownOctets(octets: Uint8Array): string {
  const [line = ''] = Buffer.from(octets.subarray(0, SHOWN)).toString('latin1').split(/\r?\n/, 1);
  return /^[ -~]+$/.test(line) ? `'${line}'` : Buffer.from(octets.subarray(0, 16)).toString('hex');
}
