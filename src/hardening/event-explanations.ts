import type { DcomEvent } from './events.js';

/** What an event tells, and what to do about it. */
export interface EventExplanation {
  readonly title: string;
  /** Whether it is an event of the hardening, or one that is taken for it. */
  readonly hardening: boolean;
  readonly advice: readonly string[];
}

/** What can keep an event of the hardening out of a log although a refusal happened. */
const ABSENCE =
  'its absence proves nothing by itself: versions and updates without the event, another value than 0 of DisableAuthenticationLevelHardeningLog (Ole\\AppCompat) and a log that was overwritten all leave none';

/** The events of the hardening (KB5004442). */
const HARDENING: Readonly<Record<DcomEvent['id'], EventExplanation>> = {
  10036: {
    title: 'a server refused an activation below PKT_INTEGRITY',
    hardening: true,
    advice: [
      'logged on the server; names the user, the SID and the address of the client, but not the class',
      'raise the activation level on that client to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY or above, or update it',
      ABSENCE,
    ],
  },
  10037: {
    title: 'a client application activates at a level of its own choice that is too low',
    hardening: true,
    advice: [
      'logged on a Windows client; names the application, its process, the class, the computer and the level',
      'the application must ask for PKT_INTEGRITY; since 2022-11-08 Windows raises the level by itself',
      ABSENCE,
    ],
  },
  10038: {
    title: 'a client application activates at a default level that is too low',
    hardening: true,
    advice: [
      'logged on a Windows client; names the application, its process, the class, the computer and the level',
      'raise the default: CoInitializeSecurity, AuthenticationLevel of the AppID or LegacyAuthenticationLevel',
      ABSENCE,
    ],
  },
};

/** Events of the same provider that are often taken for those of the hardening. */
const OTHERS: Readonly<Record<number, EventExplanation>> = {
  10006: {
    title: 'a remote computer answered an activation with an error',
    hardening: false,
    advice: [
      'logged on the client; names the error, the computer and the class: explain that error next',
      'with 0x80070005 it can be the hardening, an access list or a failed logon; the log of the server tells which',
    ],
  },
  10009: {
    title: 'a remote computer could not be reached (Windows 7, Server 2008 R2 and older)',
    hardening: false,
    advice: [
      'logged on the client; the hardening is not the cause, since no answer came',
      'look at the name, port 135 and the dynamic ports of the firewall',
    ],
  },
  10010: {
    title: 'a server process did not register its class in time',
    hardening: false,
    advice: ['logged on the server; the activation was let in, so neither its level nor its access is the cause'],
  },
  10016: {
    title: 'the launch or activation permissions of an application refuse a user',
    hardening: false,
    advice: [
      'logged on the server; names the class, the AppID, the user and the address',
      'an access list decides here, not the level: PKT_INTEGRITY does not help; grant the right in dcomcnfg',
      'many such events about Windows itself, from the user SYSTEM or LOCAL SERVICE, mean no harm',
    ],
  },
  10028: {
    title: 'a remote computer could not be reached with any protocol',
    hardening: false,
    advice: [
      'logged on the client; names the computer and the process that asked',
      'the hardening is not the cause, since no answer came: look at the name, port 135, the dynamic ports, and whether the host is on',
    ],
  },
};

/** What is known of an event of the provider Microsoft-Windows-DistributedCOM; undefined for others. */
export const explainEvent = (id: number): EventExplanation | undefined =>
  HARDENING[id as DcomEvent['id']] ?? OTHERS[id];
