import type { ObservedSecurity } from '../../rpc/index.js';

/** Users whose signatures and encryption no known secret fits. */
export const unopenedUsers = (securities: readonly ObservedSecurity[]): string[] =>
  usersWhere(securities, ({ passive, restored }) => passive?.established === false && !restored);

/** Users whose signatures and encryption a known secret fits. */
export const openedUsers = (securities: readonly ObservedSecurity[]): string[] =>
  usersWhere(securities, ({ passive }) => passive?.established === true);

const usersWhere = (securities: readonly ObservedSecurity[], fits: (security: ObservedSecurity) => boolean): string[] =>
  securities.filter(fits).flatMap(({ passive }) => {
    const identity = passive?.identity;
    return identity === undefined || identity.anonymous ? [] : [`${identity.domain}\\${identity.user}`];
  });
