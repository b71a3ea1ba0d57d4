import type { Command } from 'commander';

/** A command as the program's help lists it, and where its module is: only that of the command that runs is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** Its arguments, as its own help writes them. */
  readonly takes: string;
  readonly does: string;
  /** Gives what describes its arguments and options, and runs it. */
  load(): Promise<(command: Command) => Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'decode',
    takes: '[file...]',
    does: 'every DCE/RPC PDU of captures, with its call, its authentication level and its parameters',
    load: async () => (await import('./decode/command.js')).decodeCommand,
  },
  {
    name: 'audit',
    takes: '<file...>',
    does: 'which activations in captures a hardened server refuses, by client, user, class and level',
    load: async () => (await import('./audit/command.js')).auditCommand,
  },
  {
    name: 'replay',
    takes: '[command]',
    does: 'either side of a capture again, compared with what was captured; or a man in the middle',
    load: async () => (await import('./replay/command.js')).replayCommand,
  },
  {
    name: 'sanitize',
    takes: '<in> <out>',
    does: 'captures fit to be given away: names, addresses, secrets replaced, and zero whatever is not understood',
    load: async () => (await import('./sanitize/command.js')).sanitizeCommand,
  },
  {
    name: 'serve',
    takes: '',
    does: 'a simulated DCOM server: activators, object resolver and an object exporter that runs nothing',
    load: async () => (await import('./serve/command.js')).serveCommand,
  },
  {
    name: 'test',
    takes: '<command...>',
    does: 'a client of yours against a simulated server: started, judged, and ended with it',
    load: async () => (await import('./test/command.js')).testCommand,
  },
  {
    name: 'conform',
    takes: '[command]',
    does: 'the conformance suites: does a server do as the specifications and KB5004442 say?',
    load: async () => (await import('./conform/command.js')).conformCommand,
  },
  {
    name: 'activate',
    takes: '<host> [arguments...]',
    does: 'one activation by a configurable DCOM client',
    load: async () => (await import('./activate/command.js')).activateCommand,
  },
  {
    name: 'opc',
    takes: '<host> <action> [items...]',
    does: 'an OPC Data Access client: servers, status, browse, read, write, subscribe',
    load: async () => (await import('./opc/command.js')).opcCommand,
  },
  {
    name: 'wmi',
    takes: '<host> [query] [arguments...]',
    does: 'one WMI query, class or method call by a configurable client',
    load: async () => (await import('./wmi/command.js')).wmiCommand,
  },
  {
    name: 'view',
    takes: '<file...>',
    does: 'captures, the results of a lab or records, to look at in a browser on this machine',
    load: async () => (await import('./view/command.js')).viewCommand,
  },
  {
    name: 'explain',
    takes: '<code...>',
    does: 'a fault status, HRESULT, Win32 error, bind_nak reason or event id, in words',
    load: async () => (await import('./explain/command.js')).explainCommand,
  },
  {
    name: 'relay',
    takes: '',
    does: 'what each patch level stops of the relay, between this program’s own client and server on loopback',
    load: async () => (await import('./relay/command.js')).relayCommand,
  },
  {
    name: 'lab',
    takes: '[scenario...]',
    does: 'hosts, clients and attackers of a scenario on a simulated network; without one, all that come with it',
    load: async () => (await import('./lab/command.js')).labCommand,
  },
  {
    name: 'demo',
    takes: '',
    does: 'a captured activation against the server of every phase of the hardening',
    load: async () => (await import('./demo/command.js')).demoCommand,
  },
];
