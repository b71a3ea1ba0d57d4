import { BlockList, isIP } from 'node:net';

/**
 * Which endpoints of records `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1:135`, `2001:db8::1` or `[2001:db8::1]:135` means. Throws
 * for what is none of these.
 */
export function endpointsOf(text: string): (endpoint: string) => boolean {
  const { list, port } = addressesOf(text);
  return (endpoint) => {
    const [host, number] = partsOf(endpoint);
    return list.check(host, family(host)) && (port === undefined || number === Number(port));
  };
}

/** The port of an endpoint of a record. */
export const portOf = (endpoint: string): number => partsOf(endpoint)[1];

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function addressesOf(text: string): { readonly list: BlockList; readonly port: string | undefined } {
  const [, prefix] = /\/(\d{1,3})$/.exec(text) ?? [];
  const rest = prefix === undefined ? text : text.slice(0, -1 - prefix.length);
  const [, bracketed, dotted, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(rest) ?? [];
  const address = bracketed ?? dotted ?? rest;
  const list = new BlockList();
  if (isIP(address) === 0 || Number(prefix ?? 0) > (isIP(address) === 6 ? 128 : 32))
    throw new Error(`${text} is no address: 10.0.0.1, 10.0.0.0/8, 10.0.0.1:135, 2001:db8::1 or [2001:db8::1]:135`);
  if (prefix === undefined) list.addAddress(address, family(address));
  else list.addSubnet(address, Number(prefix), family(address));
  return { list, port };
}

/** Back from `endpointText`. */
function partsOf(endpoint: string): [host: string, port: number] {
  const colon = endpoint.lastIndexOf(':');
  return [endpoint.slice(0, colon).replace(/^\[|\]$/g, ''), Number(endpoint.slice(colon + 1))];
}
