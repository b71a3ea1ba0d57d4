// What comes after an activation: objects that are called, WMI, OPC with its calls back; before the hardening and after it.

const PASSWORD = 'P4ssw0rd.Lab';

const capture = (name, title, { start, hosts, steps, kerberos = false }) => ({
  name,
  users: { '10.0.0.20': 'op', '10.0.0.30': 'op' },
  kerberos,
  scenario: `name: ${name.split('/')[1]}
title: "${title}"
start: ${start}
password: ${PASSWORD}
hosts:
${hosts.map((host) => `  ${host}\n`).join('')}steps:
${steps.map((step) => `  - ${step}\n`).join('')}`,
});

const [BEFORE, AFTER] = ['2021-05-11', '2023-03-14'];
const server = (date, serves, more = '') =>
  `server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [${date}], serves: [${serves}]${more} }`;
const windows = (date) => `client: { address: 10.0.0.20, windows: Windows 10 1809, updates: [${date}] }`;
/** A gateway on Linux, which asks for CONNECT unless it is told otherwise. */
const GATEWAY = 'gateway: { address: 10.0.0.30, system: Linux, client: node-dcom }';
const DC = 'dc: { address: 10.0.0.5, windows: Windows Server 2022, kdc: true }';

const ITEMS = 'items: [Boiler.Temperature, Boiler.Setpoint]';
const WQL = 'wql: "SELECT Name, State FROM Win32_Service WHERE State = \'Running\'"';
const REFUSED = '{ outcome: refused, refusedBy: activation policy, event: 10036 }';
const accepted = (level, more) => `{ outcome: accepted, event: none, level: ${level}, ${more} }`;

export const objects = [
  capture('objects/mmc20', 'MMC20.Application is activated at CONNECT and asked for a command, which nobody runs', {
    start: BEFORE,
    hosts: [server(BEFORE, 'mmc20'), windows(BEFORE)],
    steps: [
      'activate: { from: client, on: server, class: mmc20, as: mmc }\n    expect: { outcome: accepted, level: CONNECT }',
      'invoke: { object: mmc, member: Document.ActiveView.ExecuteShellCommand, arguments: [cmd.exe, "C:\\\\", /c echo, "7"] }',
      'release: mmc',
    ],
  }),
  capture('objects/wmi-2021-05', 'A query by WMI at CONNECT, before the hardening', {
    start: BEFORE,
    hosts: [server(BEFORE, 'wmi'), windows(BEFORE)],
    steps: [`query: { from: client, on: server, ${WQL} }\n    expect: ${accepted('CONNECT', 'rows: 3, result: S_OK')}`],
  }),
  capture('objects/wmi-2023-03', 'Queries by WMI after the hardening: refused at CONNECT, signed, sealed', {
    start: AFTER,
    hosts: [server(AFTER, 'wmi'), windows(AFTER), GATEWAY],
    steps: [
      `query: { from: gateway, on: server, ${WQL} }\n    expect: ${REFUSED}`,
      `query: { from: client, on: server, ${WQL} }\n    expect: ${accepted('PKT_INTEGRITY', 'rows: 3, result: S_OK')}`,
      `query: { from: client, on: server, ${WQL}, level: PKT_PRIVACY }\n    expect: ${accepted('PKT_PRIVACY', 'rows: 3, result: S_OK')}`,
    ],
  }),
  capture('objects/wmi-kerberos', 'A query by WMI, sealed by Kerberos inside SPNEGO', {
    start: AFTER,
    kerberos: true,
    hosts: [server(AFTER, 'wmi'), windows(AFTER), DC],
    steps: [
      `query: { from: client, on: server, ${WQL}, level: PKT_PRIVACY, auth: spnego }\n    expect: ${accepted('PKT_PRIVACY', 'rows: 3, result: S_OK')}`,
    ],
  }),
  capture('objects/opc-2021-05', 'OPC before the hardening: read, and called back at CONNECT', {
    start: BEFORE,
    hosts: [server(BEFORE, 'opc'), GATEWAY],
    steps: [
      `read: { from: gateway, on: server, ${ITEMS} }\n    expect: ${accepted('CONNECT', 'refusedBy: nobody')}`,
      `subscribe: { from: gateway, on: server, ${ITEMS}, for: 2 s, signs: false }\n    expect: ${accepted('CONNECT', 'callBack: accepted, callBackLevel: CONNECT')}`,
    ],
  }),
  capture(
    'objects/opc-2023-03',
    'OPC after the hardening: called back at PKT_INTEGRITY, and not where the client cannot sign',
    {
      start: AFTER,
      hosts: [server(AFTER, 'opc'), windows(AFTER), GATEWAY],
      steps: [
        `subscribe: { from: gateway, on: server, ${ITEMS} }\n    expect: ${REFUSED}`,
        `subscribe: { from: client, on: server, ${ITEMS}, for: 2 s }\n    expect: ${accepted('PKT_INTEGRITY', 'callBack: accepted, callBackLevel: PKT_INTEGRITY')}`,
        `subscribe: { from: gateway, on: server, ${ITEMS}, for: 2 s, level: PKT_INTEGRITY, signs: false }\n    expect: ${accepted('PKT_INTEGRITY', 'callBack: refused, callBackRefusedBy: authentication')}`,
      ],
    },
  ),
  capture('refused/exporter-level', 'An object that is called below the level of its exporter', {
    start: BEFORE,
    hosts: [server(BEFORE, 'mmc20', ', registry: { LegacyAuthenticationLevel: 5 }'), GATEWAY],
    steps: [
      'activate: { from: gateway, on: server, class: mmc20, as: mmc }\n    expect: { outcome: accepted, level: CONNECT }',
      'invoke: { object: mmc, member: Document.ActiveView.ExecuteShellCommand, arguments: [cmd.exe, "C:\\\\", /c echo, "7"] }\n    expect: { outcome: refused }',
    ],
  }),
];
