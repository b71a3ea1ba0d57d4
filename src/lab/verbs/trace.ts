import { z } from 'zod';
import { traceServer } from '../../hardening/trace.js';
import { ADVICE, type TraceConclusion } from '../../hardening/trace-advice.js';
import { compare } from '../expectations.js';
import type { LabHost } from '../host.js';
import { name } from '../values.js';
import { verb } from './verb.js';

export const trace = verb({
  schema: z.strictObject({ server: name }).describe('from the server’s events to the applications'),
  expect: z.strictObject({
    conclusion: z.enum(Object.keys(ADVICE) as [TraceConclusion, ...TraceConclusion[]]).optional(),
    application: name.optional().describe('the path that the trace leads to, or none'),
    pid: z.number().int().optional(),
  }),
  references: ({ server }, names, { path }) => void names.host(server, [...path, 'server']),
  run(lab, { server }, { title, expect }) {
    const traced = ({ machine, log }: LabHost) => ({ machine, entries: log.entries });
    const traces = traceServer({ server: traced(lab.host(server)), hosts: [...lab.hosts.values()].map(traced) });
    for (const each of traces) lab.traced(server, each);
    const [newest] = traces.slice(-1);
    compare(lab, `trace.${server}`, title ?? `the trace from ${server}`, expect, {
      conclusion: newest?.conclusion,
      application: newest?.application?.path ?? 'none',
      pid: newest?.application?.pid,
    });
  },
});
