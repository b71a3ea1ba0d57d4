// Defects of the client's NTLM and SPNEGO: [MS-NLMP] 3.1, [MS-SPNG] 3.3.
const ntlm = 'security/ntlm/initiator.js';
const spnego = 'security/spnego/initiator.js';

export const SECURITY = [
  {
    id: 'ntlm/no-mic',
    defect: 'sends no MIC',
    file: ntlm,
    find: 'return mic !== false && isV2 && avTimestamp(pairs) !== undefined;',
    replace: 'return false;',
    checks: ['nlmp/3.1.5.1.2/mic', 'nlmp/3.1.5.1.2/doubled-flags'],
  },
  {
    id: 'ntlm/wrong-mic',
    defect: 'announces a MIC and leaves it zero',
    file: ntlm,
    find: 'authenticate.set(handshakeMic(key, negotiate, token, authenticate), MIC_OFFSET);',
    replace: ';',
    checks: ['sanity/plain-server-first'],
  },
  {
    id: 'ntlm/no-target-name',
    defect: 'names no target',
    file: ntlm,
    find: "avPair('MsvAvTargetName', target),",
    replace: "avPair('MsvAvTargetName', ''),",
    checks: ['nlmp/3.1.5.1.2/target-name'],
  },
  {
    id: 'ntlm/nameless-server',
    defect: 'believes a server that names neither computer nor domain',
    file: ntlm,
    find: 'if (!named && this.#setup.level >= RPC_C_AUTHN_LEVEL.PKT)',
    replace: 'if (false)',
    checks: ['nlmp/3.1.5.1.2/no-names'],
  },
  {
    id: 'ntlm/v1',
    defect: 'answers with NTLMv1',
    file: ntlm,
    find: 'if (policy.lmCompatibilityLevel < 3) {',
    replace: 'if (true) {',
    checks: ['nlmp/3.3.2/ntlmv2', 'nlmp/3.1.5.1.2/mic', 'nlmp/3.1.5.1.2/lm-response'],
  },
  {
    id: 'ntlm/keeps-server-flags',
    defect: 'keeps MsvAvFlags of the server before its own',
    file: ntlm,
    find: 'const { keepsServerFlags } = this.#setup.policy;',
    replace: 'const keepsServerFlags = true;',
    checks: ['nlmp/3.1.5.1.2/doubled-flags'],
  },
  {
    id: 'spnego/not-offered',
    defect: 'takes a mechanism that it did not offer for its own',
    file: spnego,
    find: "if (offer === undefined)\n            throw new SecurityError('BAD_TOKEN', `SPNEGO: the server chose",
    replace:
      "if (offer === undefined) return undefined;\n        if (false)\n            throw new SecurityError('BAD_TOKEN', `SPNEGO: the server chose",
    checks: ['rfc4178/4.2.2/other-mechanism'],
  },
];
