// Defects of the server's endpoint mapper and management: [MS-RPCE] 2.2.1.2, 2.2.1.3.
const mapper = 'server/endpoint/mapper.js';
const management = 'server/endpoint/management.js';

export const MAPPER = [
  {
    id: 'mapper/unknown-interface',
    defect: 'maps interfaces that nobody has registered',
    file: mapper,
    find: 'entry.uuid === wanted.uuid &&',
    replace: '',
    checks: ['epm/2.2.1.2.5/finds-the-resolver'],
  },
  {
    id: 'mapper/success-without-towers',
    defect: 'gives success for an interface that is not registered',
    file: mapper,
    find: 'status: found.length === 0 ? EPT_S_NOT_REGISTERED : 0,',
    replace: 'status: 0,',
    checks: [
      'epm/2.2.1.2.5/unknown-interface',
      'epm/2.2.1.2.5/unknown-transfer-syntax',
      'epm/3.1.3.5.3/too-many-floors',
    ],
  },
  {
    id: 'mapper/range',
    defect: 'takes more than 500 as the number of entries',
    file: mapper,
    find: 'if (max > MAX_ELEMENTS)',
    replace: 'if (false)',
    checks: ['epm/2.2.1.2.4/too-many-elements', 'epm/2.2.1.2.5/too-many-towers'],
  },
  {
    id: 'mapper/filter',
    defect: 'gives all entries to a lookup for one interface',
    file: mapper,
    find: 'return byInterface();',
    replace: 'return true;',
    checks: [
      'epm/2.2.1.2.4/unknown-interface',
      'epm/2.2.1.2.4/version-compatible-higher-minor',
      'epm/2.2.1.2.4/version-exact-other-minor',
    ],
  },
  {
    id: 'mapper/insert',
    defect: 'lets anybody change the map',
    file: mapper,
    find: 'method(ept_insert, () => ({ status: EPT_S_CANT_PERFORM_OP })),',
    replace: 'method(ept_insert, () => ({ status: 0 })),',
    checks: ['epm/2.2.1.2.6/ept-insert'],
  },
  {
    id: 'management/interfaces',
    defect: 'lists no interfaces',
    file: management,
    find: 'const IfId = interfaces().map(',
    replace: 'const IfId = [].map(',
    checks: ['mgmt/2.2.1.3.1/inq-if-ids', 'mgmt/2.2.1.3.1/names-what-it-takes'],
  },
  {
    id: 'management/statistics',
    defect: 'gives four statistics, whatever number was asked for',
    file: management,
    find: 'STATISTICS.slice(0, count)',
    replace: 'STATISTICS',
    checks: ['mgmt/2.2.1.3.3/fewer-statistics'],
  },
  {
    id: 'management/not-listening',
    defect: 'says that it does not listen',
    file: management,
    find: 'method(is_server_listening, () => ({ status: 0, ReturnValue: 1 })),',
    replace: 'method(is_server_listening, () => ({ status: 0, ReturnValue: 0 })),',
    checks: ['mgmt/interface/is-server-listening'],
  },
];
