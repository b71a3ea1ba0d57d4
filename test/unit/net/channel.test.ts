import { describe, expect, test } from 'vitest';
import { formatEndpoint, parseEndpoint } from '../../../src/net/channel.js';

describe('an endpoint', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', 135],
    ['127.0.0.1:1135', '127.0.0.1', 1135],
    ['server.lab.example:0', 'server.lab.example', 0],
    ['::1', '::1', 135],
    ['[::1]', '::1', 135],
    ['[2001:db8::1]:65535', '2001:db8::1', 65_535],
  ])('%s is a host and a port', (text, host, port) => {
    expect(parseEndpoint(text, 135)).toEqual({ host, port });
  });

  test.each([
    '',
    ':135',
    'a b',
    'a:b',
    'a:b:c',
    'host:',
    'host:65536',
    'host:-1',
    '[::1',
    '[host]:135',
    '[]:135',
    '[::1]:x',
    'http://host/',
  ])("'%s' is none", (text) => {
    expect(parseEndpoint(text, 135)).toBeUndefined();
  });

  test('is written with brackets where the address has colons', () => {
    expect(formatEndpoint({ address: '127.0.0.1', port: 135 })).toBe('127.0.0.1:135');
    expect(formatEndpoint({ address: '::1', port: 135 })).toBe('[::1]:135');
  });
});
