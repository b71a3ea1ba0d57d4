import { type COMVERSION, IActivation, type ORPCTHIS, orpcOperation } from '../../../codec/dcom/index.js';
import { CodecError } from '../../../codec/error.js';
import { FAULT } from '../../../codec/rpce/index.js';
import { Mismatch, must } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, observed, reaction, refused } from '../check.js';
import {
  callsOf,
  isActivationCall,
  isObjectCall,
  isServerAlive,
  isServerAlive2,
  type MadeCall,
} from '../history/calls.js';
import { activationsOf, goesOn, objectCallsOf } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { activationReplies, either, faults, values } from '../middle/changes.js';

const version = (MinorVersion: number, MajorVersion = 5): COMVERSION => ({ MajorVersion, MinorVersion });
const versionText = ({ MajorVersion, MinorVersion }: COMVERSION): string => `${MajorVersion}.${MinorVersion}`;

/** The server says of itself that it has another version, wherever it says so. */
const serverOf = (own: COMVERSION): Change =>
  either(
    values<{ pComVersion: COMVERSION }>(isServerAlive2, (value) => ({ ...value, pComVersion: own })),
    activationReplies((reply) => ({ ...reply, serverVersion: own })),
  );

/** Every ORPC call begins with it, also one whose own parameters are not known here. */
const orpcCall = orpcOperation({ name: 'any', opnum: 0, section: '[MS-DCOM] 2.2.13.3', in: {}, out: {} });

/** The ORPCTHIS of an activation, or of a call to an object. Throws `Mismatch` where it cannot be read. */
export function orpcthisOf({ call, name }: MadeCall): ORPCTHIS {
  try {
    return orpcCall.request.decode(call.request, { syntax: call.transferSyntax, little: call.littleEndian }).value
      .ORPCthis;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new Mismatch('an ORPCTHIS', `${name}: ${error.message}`);
  }
}

function atMost(calls: readonly MadeCall[], most: COMVERSION): void {
  for (const call of calls) {
    const { version: own } = orpcthisOf(call);
    const fits = own.MajorVersion === most.MajorVersion && own.MinorVersion <= most.MinorVersion;
    must(fits, `version ${versionText(most)} or a lower one`, `${call.name} with version ${versionText(own)}`);
  }
}

const negotiated = (minor: number): ClientCheck =>
  reaction({
    id: `dcom/1.7/activation-version-5.${minor}`,
    section: '[MS-DCOM] 1.7',
    requirement: `An activation names the lower of both versions: 5.${minor} towards a server of 5.${minor}.`,
    level: 'MUST',
    needs: ['activation', 'server-alive2'],
    stimulus: `a server of 5.${minor}`,
    with: { change: serverOf(version(minor)) },
    judge: (attempted) => atMost(activationsOf(attempted), version(minor)),
  });

const objectVersion = (minor: number): ClientCheck =>
  reaction({
    id: `dcom/3.2.4.2/object-version-5.${minor}`,
    section: '[MS-DCOM] 3.2.4.2',
    requirement: `Calls to objects name the lower of both versions: 5.${minor} where the activation says 5.${minor}.`,
    level: 'MUST',
    needs: ['object'],
    stimulus: `an activation that says 5.${minor}`,
    with: {
      change: activationReplies((reply) => ({ ...reply, serverVersion: version(minor) })),
    },
    judge: (attempted) => atMost(objectCallsOf(attempted), version(minor)),
  });

const firstAlive = ({ history }: Attempted): MadeCall | undefined =>
  callsOf(history).find((call) => isServerAlive2(call) || isServerAlive(call));

export const VERSIONS: readonly ClientCheck[] = [
  observed({
    id: 'dcom/3.2/version-5.7',
    section: '[MS-DCOM] 3.2',
    requirement: 'A client has version 5.7.',
    level: 'SHOULD',
    needs: ['activation'],
    judge(baseline) {
      const { version: own } = orpcthisOf(activationsOf(baseline)[0]);
      must(versionText(own) === '5.7', 'version 5.7', `version ${versionText(own)}`);
    },
  }),
  observed({
    id: 'dcom/1.7/known-minor-version',
    section: '[MS-DCOM] 1.7',
    requirement: 'Calls name major version 5 and one of the minor versions 1, 2, 4, 6 and 7.',
    level: 'MUST',
    needs: ['activation'],
    judge({ history }) {
      for (const call of callsOf(history).filter((each) => isActivationCall(each) || isObjectCall(each))) {
        const { version: own } = orpcthisOf(call);
        const known = own.MajorVersion === 5 && [1, 2, 4, 6, 7].includes(own.MinorVersion);
        must(known, 'a version that there is', `${call.name} with version ${versionText(own)}`);
      }
    },
  }),
  reaction({
    id: 'dcom/3.1.1.5.4/windows-of-today',
    section: '[MS-DCOM] 3.1.1.5.4',
    requirement: 'Servers of Windows since 2020 take no minor version below 7, and take this client.',
    level: 'WINDOWS',
    needs: ['activation'],
    stimulus: 'a server that refuses minor versions below 7',
    with: { server: { dcom: { stringBindings: 'address', minorVersionsBelow7: 'refused' } } },
    judge: goesOn,
  }),
  observed({
    id: 'dcom/3.2.4.1.1.1/server-alive-first',
    section: '[MS-DCOM] 3.2.4.1.1.1',
    requirement: 'Before the first activation the server is asked by ServerAlive2, or by ServerAlive.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      const alive = firstAlive(baseline);
      const [activation] = activationsOf(baseline);
      must(alive !== undefined && alive.at < activation.at, 'ServerAlive2 before the activation', 'none before it');
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.1/server-alive-without-security',
    section: '[MS-DCOM] 3.2.4.1.1.1',
    requirement: 'ServerAlive2 and ServerAlive are called without security.',
    level: 'MUST',
    needs: ['server-alive'],
    judge({ history }) {
      const secured = callsOf(history).find(
        (call) => (isServerAlive2(call) || isServerAlive(call)) && call.message.security.from === 'trailer',
      );
      must(secured === undefined, 'no security', () => `${secured?.name} with it`);
    },
  }),
  ...[6, 4].map(negotiated),
  ...[6, 4].map(objectVersion),
  reaction({
    id: 'dcom/3.2.4.1.1.2/older-server',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'A server below 5.6 is activated on by IActivation.',
    level: 'MUST',
    needs: ['activation', 'server-alive2'],
    stimulus: 'a server of 5.4',
    with: { change: serverOf(version(4)) },
    judge(attempted) {
      const [first] = activationsOf(attempted);
      must(first.call.interface === IActivation.uuid, 'IActivation::RemoteActivation', first.name);
    },
  }),
  reaction({
    id: 'dcom/3.2.4.1.1.1/server-alive2-missing',
    section: '[MS-DCOM] 3.2.4.1.1.1',
    requirement: 'A server without ServerAlive2 is taken for one of 5.1, and activated on all the same.',
    level: 'MUST',
    needs: ['activation', 'server-alive2'],
    stimulus: 'RPC_S_PROCNUM_OUT_OF_RANGE for ServerAlive2',
    with: { change: faults(isServerAlive2, FAULT.OP_RNG_ERROR) },
    judge(attempted, baseline) {
      atMost(activationsOf(attempted), version(1));
      goesOn(attempted, baseline);
    },
  }),
  refused({
    id: 'dcom/1.7/other-major-version',
    section: '[MS-DCOM] 1.7',
    requirement: 'A server of another major version is not called.',
    level: 'MUST',
    needs: ['activation', 'server-alive2'],
    stimulus: 'a server of 6.7',
    with: { change: serverOf(version(7, 6)) },
    uses: 'activation',
    at: 'ServerAlive2',
  }),
  refused({
    id: 'dcom/3.1.2.5.2.3/version-mismatch',
    section: '[MS-DCOM] 3.1.2.5.2.3',
    requirement: 'An activation that is refused by RPC_E_VERSION_MISMATCH gave nothing.',
    level: 'MUST',
    needs: ['create-instance'],
    stimulus: 'RPC_E_VERSION_MISMATCH for each activation',
    with: {
      change: values<{ ppActProperties: unknown; ReturnValue: number }>(isActivationCall, (value) => ({
        ...value,
        ppActProperties: null,
        ReturnValue: 0x80010110,
      })),
    },
    uses: 'activation',
    at: 'an answer to an activation',
  }),
];
