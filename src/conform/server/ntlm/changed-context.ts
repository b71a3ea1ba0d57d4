import { type Tampering, tampered } from '../../../relay/tamper.js';
import type { SecurityContext } from '../../../security/index.js';

type Step = SecurityContext['step'];

/** A client's context in which some members are others; what it signs is signed with its own key. */
export const changedContext = (
  context: SecurityContext,
  changes: Partial<Pick<SecurityContext, 'step' | 'authType'>>,
): SecurityContext =>
  new Proxy(context, {
    get(of, name) {
      if (name in changes) return changes[name as keyof typeof changes];
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });

/** One whose tokens are changed on their way, both ways. */
export function tamperedContext(context: SecurityContext, tampering: Tampering | undefined): SecurityContext {
  if (tampering === undefined) return context;
  const step: Step = (token, now) => {
    const leg = context.step(token === undefined ? undefined : tampered(token, tampering), now);
    return leg.token === undefined ? leg : { ...leg, token: tampered(leg.token, tampering) };
  };
  return changedContext(context, { step });
}

/** One that tells of the tokens that come and go. */
export function watchedContext(
  context: SecurityContext,
  told: { readonly sent?: (token: Uint8Array) => void; readonly received?: (token: Uint8Array) => void },
): SecurityContext {
  const step: Step = (token, now) => {
    if (token !== undefined && token.length > 0) told.received?.(token);
    const leg = context.step(token, now);
    if (leg.token !== undefined) told.sent?.(leg.token);
    return leg;
  };
  return changedContext(context, { step });
}
