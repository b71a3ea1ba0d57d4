import { PING_PERIOD } from '../../../codec/dcom/index.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, observed } from '../check.js';
import {
  callsOf,
  isComplexPing,
  isRemAddRef,
  isRemQueryInterface,
  isRemRelease,
  isSimplePing,
  parametersOf,
} from '../history/calls.js';
import { referencesOf } from '../history/references.js';
import { carriedReply } from '../middle/changes.js';

interface Pinged {
  readonly pSetId: bigint;
  readonly SequenceNum: number;
  readonly AddToSet: readonly bigint[] | null;
  readonly DelFromSet: readonly bigint[] | null;
}

/** The ComplexPings of an attempt. */
const complexPings = ({ history }: Attempted): Pinged[] =>
  callsOf(history)
    .filter(isComplexPing)
    .flatMap((call) => parametersOf<Pinged>(call) ?? []);

/** What the network and a busy machine may add to a period. */
const LATE = 10_000;

export const LIFETIME: readonly ClientCheck[] = [
  observed({
    id: 'dcom/3.2.4.4.2/released',
    section: '[MS-DCOM] 3.2.4.4.2',
    requirement: 'References that the application is finished with are released: at the end, all of them.',
    level: 'MUST',
    needs: ['activation'],
    judge({ history, ended }) {
      if (ended.how === 'unknown') throw new NotApplicable('the client runs on, and may keep what it has');
      const references = referencesOf(history);
      const left = references.filter(({ given, added, released }) => released < given + added);
      must(
        left.length === 0,
        'every reference released',
        () => `${left.length} of ${references.length} interfaces not released`,
      );
    },
  }),
  observed({
    id: 'dcom/3.2.4.4.2/not-more-than-given',
    section: '[MS-DCOM] 3.2.4.4.2',
    requirement: 'No more references are released than were given.',
    level: 'MUST',
    needs: ['object'],
    judge({ history }) {
      if (!callsOf(history).some(isRemRelease)) throw new NotApplicable('the client releases nothing');
      const over = referencesOf(history).find(({ given, added, released }) => released > given + added);
      must(over === undefined, 'as many as were given', () => `${over?.released} of ${over?.given} released`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.4/through-the-exporters-irem-unknown',
    section: '[MS-DCOM] 3.2.4.4.1, 3.2.4.4.2, 3.2.4.4.3',
    requirement: 'IRemUnknown is called by the IPID that came with the OXID.',
    level: 'MUST',
    needs: ['object'],
    judge({ history }) {
      const calls = callsOf(history).filter(
        (call) => isRemRelease(call) || isRemAddRef(call) || isRemQueryInterface(call),
      );
      if (calls.length === 0) throw new NotApplicable('the client does not call IRemUnknown');
      const known = new Set(history.answers.flatMap(({ answer }) => carriedReply(answer)?.ipidRemUnknown ?? []));
      const other = calls.find(({ call }) => call.object === undefined || !known.has(call.object));
      must(other === undefined, 'ipidRemUnknown', () => `${other?.name} on ${other?.call.object ?? 'no object'}`);
    },
  }),
  observed({
    id: 'dcom/3.2.2/pings-in-time',
    section: '[MS-DCOM] 3.2.2',
    requirement: 'An object that is kept for longer than two minutes is pinged every two minutes at least.',
    level: 'MUST',
    needs: ['object'],
    judge({ history }) {
      const end = history.pdus.at(-1)?.time ?? 0;
      const kept = referencesOf(history).filter(({ since, until = end }) => until - since > PING_PERIOD + LATE);
      if (kept.length === 0) throw new NotApplicable('the client keeps no object for longer than two minutes');
      const pings = history.pdus
        .filter(({ observed: seen }) => seen?.call?.kept !== undefined && isPing(seen.call.kept))
        .map(({ time }) => time);
      for (const { since, until = end } of kept) {
        const times = [since, ...pings.filter((time) => time >= since && time <= until), until];
        const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] as number)));
        must(longest <= PING_PERIOD + LATE, 'a ping every 120 s', `none for ${Math.round(longest / 1000)} s`);
      }
    },
  }),
  observed({
    id: 'dcom/3.2.6.1/first-ping',
    section: '[MS-DCOM] 3.2.6.1',
    requirement: 'The first ping of a resolver is a ComplexPing with set 0 and sequence number 1 that removes nothing.',
    level: 'MUST',
    needs: ['ping'],
    judge(baseline) {
      const [first] = complexPings(baseline);
      must(first !== undefined, 'a ComplexPing', 'SimplePing alone');
      const right = first.pSetId === 0n && first.SequenceNum === 1 && (first.DelFromSet ?? []).length === 0;
      must(
        right,
        'set 0, sequence number 1, nothing to remove',
        `set ${first.pSetId}, sequence number ${first.SequenceNum}, ${(first.DelFromSet ?? []).length} to remove`,
      );
    },
  }),
  observed({
    id: 'dcom/3.2.6.1/pinged-objects',
    section: '[MS-DCOM] 3.2.6.1',
    requirement: 'The first ping adds the objects that the client holds.',
    level: 'MUST',
    needs: ['ping'],
    judge(baseline) {
      const [first] = complexPings(baseline);
      const known = new Set(referencesOf(baseline.history).map(({ oid }) => oid));
      const added = first?.AddToSet ?? [];
      must(added.length > 0, 'an OID at least', 'none');
      const foreign = added.filter((oid) => !known.has(oid));
      must(foreign.length === 0, 'OIDs that the server gave', `${foreign.length} that it did not give`);
    },
  }),
  observed({
    id: 'dcom/3.2.6.1/simple-ping',
    section: '[MS-DCOM] 3.2.6.1',
    requirement: 'A set that has not changed is kept alive by SimplePing, with the SETID that the server gave.',
    level: 'SHOULD',
    needs: ['ping'],
    judge(baseline) {
      const pings = callsOf(baseline.history).filter((call) => isSimplePing(call) || isComplexPing(call));
      if (pings.length < 2) throw new NotApplicable('the client pings once only');
      const unchanged = complexPings(baseline)
        .slice(1)
        .find(({ AddToSet, DelFromSet }) => (AddToSet ?? []).length + (DelFromSet ?? []).length === 0);
      must(unchanged === undefined, 'SimplePing', 'a ComplexPing that changes nothing');
    },
  }),
  observed({
    id: 'dcom/3.2.6.1/sequence-numbers',
    section: '[MS-DCOM] 3.2.6.1',
    requirement: 'Each change of a ping set has a higher sequence number than the one before.',
    level: 'MUST',
    needs: ['ping'],
    judge(baseline) {
      const numbers = complexPings(baseline).map(({ SequenceNum }) => SequenceNum);
      if (numbers.length < 2) throw new NotApplicable('the client changes its ping set once only');
      const wrong = numbers.find((number, index) => index > 0 && number <= (numbers[index - 1] as number));
      must(wrong === undefined, 'rising sequence numbers', numbers.join(', '));
    },
  }),
];

const isPing = (call: Parameters<typeof isSimplePing>[0]['call']): boolean =>
  isSimplePing({ call }) || isComplexPing({ call });
