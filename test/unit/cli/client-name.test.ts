import { expect, test } from 'vitest';
import { clientName } from '../../../src/cli/client-name.js';

const FILES = ['query.py', '/opt/vendor/opc-client.jar', 'dist/main.js'];

test.each([
  ['./my-client', ['{address}'], 'my-client'],
  ['/usr/bin/python3', ['query.py', 'LAB/op:secret@{address}'], 'query'],
  ['python3.11', ['-u', 'query.py', '{address}'], 'query'],
  ['java', ['-jar', '/opt/vendor/opc-client.jar'], 'opc-client'],
  ['node', ['dist/main.js', 'activate', '{endpoint}'], 'main'],
  ['bash', ['-c', './my-client {address} | tee log'], 'bash'],
  // A file that is given to the client is not the client.
  ['./my-client', ['query.py'], 'my-client'],
  ['C:/vendor/client.exe', [], 'client'],
  // A version is no extension.
  ['./opc-client-2.1', [], 'opc-client-2.1'],
])('%s %j is called %s', (command, args, name) => {
  expect(clientName(command, args, (path) => FILES.includes(path))).toBe(name);
});
