import { Option } from 'commander';
import { type Logger, pino } from 'pino';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Logs on stderr, so that stdout belongs to the results. Anything that could be a secret is cut out, wherever it
 * stands.
 */
export const logger = (level: string): Logger =>
  pino(
    { level, redact: { paths: ['password', '*.password', 'ntHash', '*.ntHash', 'secret', '*.secret'], remove: true } },
    pino.destination(2),
  );

export const logLevelOption = (): Option =>
  new Option('--log-level <level>', 'logs on stderr').choices(LOG_LEVELS).default('warn');

/** `HOST`, `HOST:PORT` or `[IPV6]:PORT`. Throws commander's error for anything else. */
