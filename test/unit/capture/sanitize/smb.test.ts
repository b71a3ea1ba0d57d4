import { describe, expect, test } from 'vitest';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { replaceUnit } from '../../../../src/capture/sanitize/smb/unit.js';
import { Tally } from '../../../../src/capture/sanitize/tally.js';
import { TokenReplacer } from '../../../../src/capture/sanitize/tokens/token.js';

function replaced(message: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.of(0, 0, 0, message.length), message]);
  const out = Buffer.alloc(bytes.length);
  const [names, tally] = [new Pseudonyms({ seed: 'a seed' }), new Tally()];
  replaceUnit({ names, tally, tokens: new TokenReplacer(names, tally), bytes, out });
  return out.subarray(4);
}

describe('words of SMB1', () => {
  const message = (command: number, words: Buffer): Buffer => {
    const header = Buffer.alloc(32);
    header.write('\xffSMB', 'latin1');
    header[4] = command;
    return Buffer.concat([header, Buffer.of(words.length / 2), words, Buffer.alloc(2)]);
  };

  test('are zero where the command is not read here', () => {
    const made = replaced(message(0x99, Buffer.from('SECRETCORP')));
    expect(made.subarray(33, 43)).toEqual(Buffer.alloc(10));
    expect(made[32]).toBe(5);
  });

  test('stay as many as the command has', () => {
    const made = replaced(message(0x04, Buffer.from('\x01\x40\0\0\0\0SECRETCORP', 'latin1')));
    expect(made.subarray(33, 49)).toEqual(Buffer.concat([Buffer.of(1, 0x40), Buffer.alloc(14)]));
  });
});

describe('negotiate contexts of SMB2', () => {
  const message = (type: number, data: Buffer): Buffer => {
    const octets = Buffer.alloc(112 + data.length);
    octets.write('\xfeSMB', 'latin1');
    octets.writeUInt16LE(64, 4);
    octets.writeUInt16LE(36, 64);
    octets.writeUInt16LE(1, 66);
    octets.writeUInt32LE(104, 92);
    octets.writeUInt16LE(1, 96);
    octets.writeUInt16LE(0x0311, 100);
    octets.writeUInt16LE(type, 104);
    octets.writeUInt16LE(data.length, 106);
    octets.write('CORP', 108);
    data.copy(octets, 112);
    return octets;
  };

  test('of unknown types are zero behind their type and length', () => {
    const made = replaced(message(0x7777, Buffer.from('SECRETCORPCONTEX')));
    expect(made.readUInt16LE(104)).toBe(0x7777);
    expect(made.subarray(108)).toEqual(Buffer.alloc(20));
  });

  test('keep the ciphers that they list, and nothing behind them', () => {
    const ciphers = Buffer.of(2, 0, 2, 0, 1, 0);
    const made = replaced(message(2, Buffer.concat([ciphers, Buffer.from('SECRET')])));
    expect(made.subarray(112)).toEqual(Buffer.concat([ciphers, Buffer.alloc(6)]));
  });
});

describe('a name that is opened by SMB', () => {
  const opened = (name: string): string => {
    const octets = Buffer.from(name, 'utf16le');
    const message = Buffer.alloc(120 + octets.length);
    message.write('\xfeSMB', 'latin1');
    message.writeUInt16LE(64, 4);
    message.writeUInt16LE(5, 12);
    message.writeUInt16LE(57, 64);
    message.writeUInt16LE(120, 108);
    message.writeUInt16LE(octets.length, 110);
    octets.copy(message, 120);
    return replaced(message).toString('utf16le', 120);
  };

  test('stays if it is that of a well-known pipe alone', () => {
    expect(opened('browser')).toBe('browser');
    expect(opened('\\router')).toBe('\\router');
    expect(opened('browser\\x')).not.toContain('browser');
  });
});
