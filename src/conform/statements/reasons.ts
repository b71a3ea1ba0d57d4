/** Why no check tests a statement, by the name that the tables use. */
export const REASONS = {
  state: { seen: false, text: 'kept inside of one program; no octet shows it' },
  interface: { seen: false, text: 'between a program and its own runtime; no octet shows it' },
  undefined: { seen: false, text: 'of PDUs or methods that connection-oriented RPC does not carry' },
  object: { seen: true, text: 'needs an object whose methods are known; the suite calls none of the target' },
  option: {
    seen: true,
    text: 'depends on what the client under test can be told, beyond what a check can ask of any client',
  },
  config: { seen: true, text: 'depends on how the target is configured, which a check cannot change' },
  transport: { seen: true, text: 'of another transport than ncacn_ip_tcp' },
  place: { seen: true, text: 'needs a second machine' },
  load: { seen: true, text: 'thousands of contexts would be a load to the target' },
  unwritten: { seen: true, text: 'nobody has written a check of it so far' },
  cause: { seen: true, text: 'nothing from outside can be relied on to cause it' },
} as const;

/** The name of a reason. */
export type ReasonName = keyof typeof REASONS;
