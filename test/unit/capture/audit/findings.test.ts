import { expect, test } from 'vitest';
import { StreamFindings } from '../../../../src/capture/audit/findings.js';

test('a stream can have findings of any number of kinds: the first are kept, the others counted', () => {
  const findings = new StreamFindings();
  const nowhere = { file: '', stream: 0, frame: 0, time: '', client: '', server: '', share: null, pipe: null };
  const place = () => ({ ...nowhere, transport: 'ncacn_ip_tcp' as const });
  for (let index = 0; index < 300; index++)
    findings.add(place, { finding: 'refusal', severity: 'info', detail: `kind ${index}` });
  findings.add(place, { finding: 'refusal', severity: 'info', detail: 'kind 0' });
  expect([findings.all.length, findings.dropped, findings.all[0]?.count]).toEqual([256, 44, 2]);
});
