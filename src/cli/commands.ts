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
    does: 'lists every DCE/RPC PDU of captures, with its call, its authentication level and its parameters',
    load: async () => (await import('./decode/command.js')).decodeCommand,
  },
  {
    name: 'audit',
    takes: '<file...>',
    does: 'tells which activations in captures a hardened server refuses, by client, user, class and level',
    load: async () => (await import('./audit/command.js')).auditCommand,
  },
  {
    name: 'replay',
    takes: '[command]',
    does: 'plays either side of a capture again and compares the results, or puts a man in the middle',
    load: async () => (await import('./replay/command.js')).replayCommand,
  },
  {
    name: 'sanitize',
    takes: '<in> <out>',
    does: 'makes captures safe to share: replaces names, addresses and secrets, and zeroes what it does not understand',
    load: async () => (await import('./sanitize/command.js')).sanitizeCommand,
  },
  {
    name: 'serve',
    takes: '',
    does: 'runs a simulated DCOM server: activators, object resolver, and an object exporter that runs nothing',
    load: async () => (await import('./serve/command.js')).serveCommand,
  },
  {
    name: 'test',
    takes: '<command...>',
    does: 'starts a simulated server, runs your client against it, and judges what the client did',
    load: async () => (await import('./test/command.js')).testCommand,
  },
  {
    name: 'conform',
    takes: '[command]',
    does: 'checks whether a server or a client behaves as the specifications and KB5004442 say',
    load: async () => (await import('./conform/command.js')).conformCommand,
  },
  {
    name: 'activate',
    takes: '<host> [arguments...]',
    does: 'activates a class, as a configurable DCOM client',
    load: async () => (await import('./activate/command.js')).activateCommand,
  },
  {
    name: 'opc',
    takes: '<host> <action> [items...]',
    does: 'is an OPC Data Access client: servers, status, browse, read, write, subscribe',
    load: async () => (await import('./opc/command.js')).opcCommand,
  },
  {
    name: 'wmi',
    takes: '<host> [query] [arguments...]',
    does: 'sends a WMI query, shows a class or calls a method, as a configurable client',
    load: async () => (await import('./wmi/command.js')).wmiCommand,
  },
  {
    name: 'view',
    takes: '<file...>',
    does: 'serves captures, results of a lab or records as a page for a browser on this machine',
    load: async () => (await import('./view/command.js')).viewCommand,
  },
  {
    name: 'explain',
    takes: '<code...>',
    does: 'explains a fault status, HRESULT, Win32 error, bind_nak reason or event ID',
    load: async () => (await import('./explain/command.js')).explainCommand,
  },
  {
    name: 'relay',
    takes: '',
    does: 'shows what each patch level stops of the relay, between this program’s own client and server on loopback',
    load: async () => (await import('./relay/command.js')).relayCommand,
  },
  {
    name: 'lab',
    takes: '[scenario...]',
    does: 'runs scenarios of hosts, clients and attackers on a simulated network; by default, all that come with it',
    load: async () => (await import('./lab/command.js')).labCommand,
  },
  {
    name: 'demo',
    takes: '',
    does: 'sends a captured activation to the server of every phase of the hardening',
    load: async () => (await import('./demo/command.js')).demoCommand,
  },
];
