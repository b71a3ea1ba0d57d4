import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../../src/codec/inet/checksum.js';
import { fromHex } from '../../../support/hex.js';
import { only } from '../../../support/sanitized-frames.js';
import { ipv4, ipv6 } from '../../../support/tunnels.js';

const RAW = 101;
const SECRET = Buffer.from('SECRETSECRETSECRETSECRET');

describe('an option of TCP', () => {
  /** A segment without data whose options are these, of a multiple of four octets. */
  const optionsOf = async (options: Buffer): Promise<string> => {
    const header = fromHex('04d2 0087 00000001 00000000 0010 ffff 0000 0000');
    header[12] = (20 + options.length) << 2;
    const out = await only(ipv4(6, Buffer.concat([header, options])), RAW);
    return out.subarray(40).toString('hex');
  };

  test.each([
    ['maximum segment size', '020405b4'],
    ['window scale', '01030308'],
    ['SACK permitted', '01010402'],
    ['timestamps', '0101080a0000000100000002'],
    ['SACK of two blocks', '0101051200000001000000020000000300000004'],
  ])('%s stays', async (_, hex) => {
    expect(await optionsOf(fromHex(hex))).toBe(hex);
  });

  test.each([2, 3, 4, 5, 8])('of kind %i and a length that RFC 9293, 7323 or 2018 does not have goes', async (kind) => {
    expect(await optionsOf(Buffer.concat([Buffer.of(kind, 20), SECRET.subarray(0, 18)]))).toBe('01'.repeat(20));
  });
});

describe('a message of ICMP', () => {
  const icmpOf = async (hex: string, rest: Uint8Array = SECRET): Promise<Buffer> => {
    const out = (await only(ipv4(1, Buffer.concat([fromHex(hex), rest])), RAW)).subarray(20);
    expect(internetChecksum(out)).toBe(0);
    out.writeUInt16BE(0, 2);
    return out;
  };

  test.each([
    ['echo: identifier and sequence number', '0800 0000 00010002', '00010002'],
    ['unreachable: length and MTU', '0304 0000 410705dc', '000705dc'],
    ['time exceeded: length', '0b00 0000 41074141', '00070000'],
    ['parameter problem: pointer and length', '0c00 0000 09074141', '09070000'],
    ['source quench: nothing', '0400 0000 41414141', '00000000'],
    ['a type that is not known: nothing', 'c800 0000 53454352', '00000000'],
  ])('keeps of its header what its type has: %s', async (_, hex, kept) => {
    const out = await icmpOf(hex);
    expect(out.toString('hex', 4, 8)).toBe(kept);
    expect(out.subarray(8)).toEqual(Buffer.alloc(SECRET.length));
  });

  const inside = async (protocol: number, payload: Uint8Array, fragment = 0): Promise<string> => {
    const datagram = ipv4(protocol, payload);
    datagram.writeUInt16BE(fragment, 6);
    return (await icmpOf('0b00 0000 00000000', datagram)).toString('hex', 28);
  };
  const HEAD = fromHex('04d2 0087 00000001 41414141');

  test('keeps ports and sequence number of TCP, also of a first fragment', async () => {
    expect(await inside(6, HEAD)).toBe('04d200870000000100000000');
    expect(await inside(6, HEAD, 0x2000)).toBe('04d200870000000100000000');
  });

  test('keeps ports and length of UDP', async () => {
    expect(await inside(17, HEAD)).toBe('04d200870000000000000000');
  });

  test.each([
    ['of a later fragment', 6, 10],
    ['of IGMP', 2, 0],
    ['of ESP', 50, 0],
    ['of IP in IP', 4, 0],
  ])('keeps nothing %s', async (_, protocol, fragment) => {
    expect(await inside(protocol, SECRET, fragment)).toBe('00'.repeat(SECRET.length));
  });
});

describe('a message of ICMPv6', () => {
  test.each([
    ['echo: identifier and sequence number', '8000 0000 00010002', '00010002'],
    ['packet too big: MTU', '0200 0000 000005dc', '000005dc'],
    ['unreachable: length', '0100 0000 07414141', '07000000'],
    ['listener query: delay', '8200 0000 03e84141', '03e80000'],
    ['neighbour solicitation: nothing', '8700 0000 41414141', '00000000'],
    ['node information: nothing', '8b00 0000 484f5354', '00000000'],
    ['a type that is not known: nothing', 'ff00 0000 484f5354', '00000000'],
    ['an error that is not known: nothing', '6400 0000 484f5354', '00000000'],
  ])('keeps of its header what its type has: %s', async (_, hex, kept) => {
    const out = (await only(ipv6(58, Buffer.concat([fromHex(hex), SECRET])), RAW)).subarray(40);
    expect(out.toString('hex', 4, 8)).toBe(kept);
    expect(out.includes('SECRET')).toBe(false);
  });

  test('of a type that is not known holds no datagram', async () => {
    const out = await only(ipv6(58, Buffer.concat([fromHex('6400 0000 00000000'), ipv4(6, SECRET)])), RAW);
    expect(out.subarray(44)).toEqual(Buffer.alloc(4 + 20 + SECRET.length));
  });
});
