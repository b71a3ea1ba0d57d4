import { expect, test } from 'vitest';
import { classThatAnswers, withNames } from '../../../src/cli/class-text.js';

test('a text names the classes and interfaces in it', () => {
  expect(withNames('activation of 49b2791a-b1ae-4c90-9b8e-e860ba07f889: refused')).toBe(
    'activation of MMC20.Application (49b2791a-b1ae-4c90-9b8e-e860ba07f889): refused',
  );
  expect(withNames('opnum 3 of f309ad18-d86a-11d0-a075-00c04fb68820')).toBe(
    'opnum 3 of IWbemLevel1Login (f309ad18-d86a-11d0-a075-00c04fb68820)',
  );
  expect(withNames('11111111-2222-3333-4444-555555555555')).toBe('11111111-2222-3333-4444-555555555555');
});

test.each([
  ['WMI', 'f309ad18-d86a-11d0-a075-00c04fb68820', 'wmi'],
  ['the list of OPC servers', '9dd0b56c-ad9e-43ee-8305-487f3188bf7a', 'opc'],
  ['automation', '00020400-0000-0000-c000-000000000046', 'all'],
  ['nothing known', '11111111-2222-3333-4444-555555555555', undefined],
])('methods of %s are those of a class', (_, uuid, name) => {
  expect(classThatAnswers(uuid)).toBe(name);
});
