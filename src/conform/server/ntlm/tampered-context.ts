import { type Tampering, tampered } from '../../../relay/tamper.js';
import type { SecurityContext } from '../../../security/index.js';

/** A client's context whose tokens are changed on their way, both ways; what it signs is signed with its own key. */
export function tamperedContext(context: SecurityContext, tampering: Tampering | undefined): SecurityContext {
  if (tampering === undefined) return context;
  const step: SecurityContext['step'] = (token, now) => {
    const leg = context.step(token === undefined ? undefined : tampered(token, tampering), now);
    return leg.token === undefined ? leg : { ...leg, token: tampered(leg.token, tampering) };
  };
  return new Proxy(context, {
    get(target, name) {
      if (name === 'step') return step;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
