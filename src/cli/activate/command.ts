import { randomBytes } from 'node:crypto';
import { Argument, type Command, Option } from 'commander';
import { type ActivationMethod, activate } from '../../client/activate.js';
import { bindingsOf, IID_IUnknown } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { clientRaise } from '../../hardening/client.js';
import { formatEndpoint } from '../../net/channel.js';
import { members } from '../../report/record.js';
import { withNames } from '../class-text.js';
import { type ClientWish, checkClient, clientOptions, exitCodeOf, hintAt, logonOf, verdictOf } from '../client.js';
import { type Output, output, UsageError } from '../io.js';
import { AUTH_TYPES, classOption, endpointParser, jsonOption, registryOption, uuidOption } from '../options.js';
import { ARGUMENT_HELP } from './argument.js';
import { activateAs } from './as.js';

interface ActivateOptions extends ClientWish {
  readonly clsid: string;
  readonly iid: string;
  readonly method?: ActivationMethod;
  readonly invoke?: readonly string[];
  readonly json: boolean;
}

export const activateCommand = (command: Command): Command =>
  clientOptions(withClass(command), {
    level: 'authentication level: none, connect, call, pkt, pkt_integrity or pkt_privacy; pkt_integrity where absent',
    user: "account to log on with, 'DOMAIN\\user:password'; without it, a null session",
    asOf: 'be a Windows client of this patch level, which raises the level as that client does',
  })
    .addOption(registryOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Exit code 0 where the activation is accepted, with --profile and --invoke also the rest of the way to the object and the
call, each of which has a result of its own; 1 where one of them is refused; 2 where there is nobody to ask: no such host,
service or RPC server, or none at any endpoint of the object exporter.

Examples:
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret'
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' --level connect
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' --level connect --as-of 2022-11-08
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' --profile impacket
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' \\
    --invoke Document.ActiveView.ExecuteShellCommand cmd '' '/c hostname' 7
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' \\
    --invoke Document.ActiveView.ExecuteShellCommand cmd -- '' '/c x' -enc
  dcom-harness activate server.lab.example --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --auth kerberos \\
    --user 'LAB.EXAMPLE\\op:secret' --kdc dc1.lab.example`,
    )
    .action(run);

/** What to activate, and what to call of it. */
const withClass = (command: Command): Command =>
  command
    .addArgument(
      new Argument('<host>', 'server, as HOST or HOST:PORT (135 where absent)').argParser(endpointParser(135)),
    )
    .argument('[arguments...]', 'after --: further arguments of --invoke, which may begin with -')
    .addOption(classOption('class to activate').makeOptionMandatory())
    .addOption(uuidOption('--iid <uuid>', 'interface to ask for').default(IID_IUnknown, 'IUnknown'))
    .addOption(
      new Option('--method <name>', "which activation; RemoteCreateInstance, or the profile's, where absent").choices([
        'RemoteCreateInstance',
        'RemoteGetClassObject',
        'RemoteActivation',
      ]),
    )
    .addOption(
      new Option(
        '--invoke <path...>',
        `call a member of the object over IDispatch, with the arguments that follow, up to the next option, and those after --; ${ARGUMENT_HELP}; on this machine only`,
      ),
    );

async function run(
  target: { host: string; port: number },
  more: readonly string[],
  given: ActivateOptions,
): Promise<void> {
  const { invoke, ...others } = given;
  if (invoke === undefined && more.length > 0)
    throw new UsageError(`arguments are for a member that --invoke names: ${more.join(' ')}`);
  const options: ActivateOptions = { ...others, ...(invoke && { invoke: [...invoke, ...more] }) };
  const out = output(options);
  checkClient(options);
  if (options.registry !== undefined && options.asOf === undefined)
    throw new UsageError('--registry is the registry of a Windows client: give its date too, with --as-of');
  const plain = options.profile === undefined && invoke === undefined;
  await (plain ? activateOnce(out, target, options) : activateAs(out, target, options));
}

async function activateOnce(
  out: Output,
  target: { host: string; port: number },
  options: ActivateOptions,
): Promise<void> {
  const { method = 'RemoteCreateInstance' } = options;
  const raise = levelOf(options);
  const authType = AUTH_TYPES[options.auth ?? (raise.level === RPC_C_AUTHN_LEVEL.NONE ? 'none' : 'ntlm')] as number;
  const level = authType === 0 ? RPC_C_AUTHN_LEVEL.NONE : raise.level;
  const { service = `RPCSS/${target.host}`, ...logon } = logonOf(options);
  const { outcome, reply } = await activate({
    ...target,
    clsid: options.clsid,
    iids: [options.iid],
    method,
    serverName: target.host,
    authentication: {
      authType,
      level,
      ...logon,
      target: service,
      random: randomBytes,
    },
  });
  const exporter =
    reply === undefined
      ? undefined
      : bindingsOf(reply.bindings)?.stringBindings.map(({ aNetworkAddr }) => aNetworkAddr);
  if (out.json) {
    const result = { clsid: options.clsid, iid: options.iid, method, level, raised: raise.raised };
    out.record('client-activation', {
      server: formatEndpoint({ address: target.host, port: target.port }),
      ...result,
      ...members(outcome),
      oxid: reply?.oxid,
      exporter,
    });
  } else {
    if (raise.raised) out.note(`note: raised to ${authnLevelName(level)}: ${raise.reason}`);
    out.line(`${method} ${withNames(options.clsid)} at ${authnLevelName(level)}: ${verdictOf(outcome)}`);
    if (exporter !== undefined) out.line(`object exporter: ${exporter.join(', ')}`);
    hintAt(out, outcome);
  }
  if (!outcome.accepted) process.exitCode = exitCodeOf(outcome);
}

/** The level that goes on the wire: as it is given, or as a Windows client of that date makes it. */
function levelOf({ level, asOf, registry, user }: ActivateOptions): { level: number; raised: boolean; reason: string } {
  if (asOf === undefined) return { level: level ?? RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, raised: false, reason: '' };
  const requested = level ?? 'default';
  return clientRaise({
    asOf,
    requested,
    anonymous: user === undefined,
    platform: 'windows',
    ...(registry === undefined ? {} : { registry }),
  });
}
