import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseExpectations } from '../../../../src/cli/serve/expectations.js';
import type { Activation } from '../../../../src/server/activation/log.js';
import type { DcomServer } from '../../../../src/server/server.js';

const folder = mkdtempSync(join(tmpdir(), 'expectations-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REFUSED = {
  ...{ method: 'RemoteCreateInstance', clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889', level: 2 },
  ...{ client: { address: '127.0.0.1', port: 40000 }, outcome: 'refused', refusedBy: 'activation policy' },
} as Activation;

const serverOf = (activations: readonly Activation[], more: object = {}): DcomServer =>
  ({ activations, events: [], invocations: [], refusedCalls: [], failedLogons: [], ...more }) as unknown as DcomServer;

const NOBODY = serverOf([]);
const ONE = serverOf([REFUSED]);
const faultOf = (text: string, server = ONE) => parseExpectations(text)[0]?.fault(server);

describe('an expectation', () => {
  test.each([
    ['activations=1'],
    ['activations>0'],
    ['activations<2'],
    ['refused >= 1'],
    ['level=connect'],
    ['level<pkt'],
    ['level>none'],
    ['refused-by=activation policy'],
    ['refused-by != access control'],
    ['event=none'],
    ['clsid=mmc20.application'],
    ['clsid={49B2791A-B1AE-4C90-9B8E-E860BA07F889}'],
    ['user=nobody'],
    ['outcome!=accepted'],
  ])('%s holds', (text) => {
    expect(faultOf(text)).toBeUndefined();
  });

  test.each([
    ['activations>1', 'activations=1'],
    ['level>pkt', 'level=CONNECT of RemoteCreateInstance of MMC20.Application'],
    ['refused-by=access control', 'refused-by=activation policy of RemoteCreateInstance'],
  ])('%s does not hold, and what is instead is said', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  test.each([
    ['activations>=1', false],
    ['activations=0', true],
    ['activations<1', true],
    ['activations<=5', false],
    ['refused=0', false],
    ['level>=pkt', false],
  ])('%s is tested where nobody called: %s', (text, tested) => {
    expect(parseExpectations(text)[0]?.tests(NOBODY)).toBe(tested);
  });

  test('a count of something else that happened is tested without any activation', () => {
    const [expectation] = parseExpectations('failed-logons=1');
    expect(expectation?.tests(serverOf([], { failedLogons: [{}] }))).toBe(true);
  });
});

describe('an expectation that nobody can mean is refused in one line that says what there is', () => {
  test.each([
    ['weather=fine', /^--expect: weather=fine: there is no key weather; there are activations, accepted, /],
    ['levels>=pkt', /there is no key levels; did you mean level\?; there are/],
    ['=1', /there is no key before the sign; there are/],
    ['refused-by=policy', /refused-by is never 'policy'; did you mean activation policy\?; it is nobody, transport, /],
    ['outcome=denied', /outcome is never 'denied'; it is accepted, refused$/],
    ['method=RemoteCreateInstanc', /did you mean RemoteCreateInstance\?/],
    ['level>pkt_integrty', /no level 'pkt_integrty'; did you mean pkt_integrity\?; there are default, none, connect, /],
    ['outcome>=accepted', /outcome has no order: expected = or !=$/],
    ['accepted=some', /accepted is a count, so expected a number$/],
    ['clsid=MMC20', /expected a CLSID or a name that audit prints, .*; did you mean MMC20\.Application\?$/],
    ['user=LABop', /expected DOMAIN\\user, in quotes, or nobody$/],
    ['event=10037', /event is never '10037'; did you mean 10036\?; it is none, 10036$/],
    ['level', /^--expect: 'level' is not KEY=VALUE \(also != >= <= > <\), nor a file: /],
  ])('%s', (text, says) => {
    expect(() => parseExpectations(text)).toThrow(says);
  });

  test('of a file its line is said', () => {
    const file = join(folder, 'expected.txt');
    writeFileSync(file, '# what the client is meant to do\nactivations=1\nlevel\n');
    expect(() => parseExpectations(file)).toThrow(`--expect: ${file}:3: level: expected KEY=VALUE, also != >= <= > <`);
  });
});
