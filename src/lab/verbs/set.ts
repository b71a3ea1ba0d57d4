import { z } from 'zod';
import { normaliseUuid } from '../../codec/uuid.js';
import { setRegistryValue } from '../../hardening/machine.js';
import type { RegistryName } from '../../hardening/registry.js';
import { level, name, registry } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const set = verb({
  schema: z
    .strictObject({
      host: name,
      values: registry.prefault({}),
      appId: name.optional(),
      AuthenticationLevel: level.nullable().optional().describe('of the AppID; null deletes it'),
    })
    .describe('sets or deletes registry values'),
  expect: NOTHING,
  references({ host, values, appId, AuthenticationLevel: ofAppId }, names, { path }) {
    names.windows(host, [...path, 'host']);
    if (appId === undefined && ofAppId !== undefined)
      names.wrong([...path, 'AuthenticationLevel'], 'of which AppID? give `appId`');
    if (appId !== undefined && ofAppId === undefined)
      names.wrong([...path, 'appId'], 'give its AuthenticationLevel, or null to delete it');
    if (appId !== undefined && normaliseUuid(appId) === undefined)
      names.wrong([...path, 'appId'], `'${appId}' is no AppID`);
    if (appId === undefined && Object.keys(values).length === 0) names.wrong(path, 'it sets nothing');
  },
  run(lab, { host: of, values, appId, AuthenticationLevel }) {
    const host = lab.host(of);
    for (const [key, value] of Object.entries(values))
      host.machine = setRegistryValue(host.machine, key as RegistryName, value ?? undefined);
    if (appId !== undefined)
      host.machine = setRegistryValue(host.machine, 'AuthenticationLevel', AuthenticationLevel ?? undefined, { appId });
  },
});
