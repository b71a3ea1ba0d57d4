import { expect, test } from 'vitest';
import { classGiven, classThatAnswers, withNames } from '../../../src/cli/class-text.js';

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
  ['its CLSID', '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}', '49b2791a-b1ae-4c90-9b8e-e860ba07f889'],
  ['its name, in any case', 'mmc20.application', '49b2791a-b1ae-4c90-9b8e-e860ba07f889'],
  ['its name with what is said in brackets', 'WbemLevel1Login (WMI)', '8bc3f05e-d86b-11d0-a075-00c04fb68820'],
  ['its name without that', 'WbemLevel1Login', '8bc3f05e-d86b-11d0-a075-00c04fb68820'],
])('a class is given by %s', (_, text, clsid) => {
  expect(classGiven(text)).toBe(clsid);
});

test.each([
  ['mmc20', /; did you mean MMC20\.Application\?$/],
  ['wmi', /; did you mean WbemLevel1Login \(WMI\)\?$/],
  ['constructor', /^expected a CLSID or a name that audit prints, such as MMC20\.Application$/],
])('%s is no class, and what is near is named', (text, says) => {
  expect(() => classGiven(text)).toThrow(says);
});

test.each([
  ['WMI', 'f309ad18-d86a-11d0-a075-00c04fb68820', 'wmi'],
  ['the list of OPC servers', '9dd0b56c-ad9e-43ee-8305-487f3188bf7a', 'opc'],
  ['automation', '00020400-0000-0000-c000-000000000046', 'all'],
  ['nothing known', '11111111-2222-3333-4444-555555555555', undefined],
])('methods of %s are those of a class', (_, uuid, name) => {
  expect(classThatAnswers(uuid)).toBe(name);
});
