import { describe, expect, test } from 'vitest';
import { tellAssociation } from '../../../../src/cli/serve/report.js';
import type { AssociationEvent } from '../../../../src/rpc/index.js';
import { Heard } from '../../../support/heard.js';

const CAUSE = { refusedBy: 'authentication', check: 'authentication', why: 'a wrong password' } as const;

describe('the line of what the runtime refuses says what, who refused it, what the client was told, and why', () => {
  test.each([
    ['logon refused by authentication (a wrong password)', { type: 'authentication-failed', authType: 10, level: 5 }],
    ['refused by authentication, fault 0x00000005 (a wrong password)', { type: 'fault', callId: 1, status: 5 }],
    [
      'bind refused by authentication, bind_nak authentication_type_not_recognized (a wrong password)',
      { type: 'bind_nak', callId: 1, reason: 8 },
    ],
  ])('%s', (line, event) => {
    const out = new Heard();
    tellAssociation(out, { ...CAUSE, ...event } as unknown as AssociationEvent, '192.0.2.1:1024');
    expect(out.said.map((text) => text.replace(/^\S+Z /, ''))).toEqual([`192.0.2.1:1024 ${line}`]);
  });
});
