import { type DestinationStream, type Logger, type LoggerOptions, multistream, pino as plain } from 'pino';
import { tell } from './told.ts';

/** What the search at the end looks at of a logger, however quiet its test made it. */
const KEPT_LEVEL = 'debug';
const kept: DestinationStream = { write: tell };

/**
 * Pino as the tests import it in a run of `npm test` (vitest.config.ts): each logger also keeps its lines for the
 * search, and its own stream gets what it would have got.
 */
export function pino(options: LoggerOptions = {}, stream: DestinationStream = plain.destination(1)): Logger {
  const level = options.level ?? 'info';
  const all = [
    { level: level === 'trace' ? level : KEPT_LEVEL, stream: kept },
    ...(level === 'silent' ? [] : [{ level, stream }]),
  ];
  const logger = plain({ ...options, level: level === 'trace' ? level : KEPT_LEVEL }, multistream(all));
  const least = plain.levels.values[level] ?? Number.POSITIVE_INFINITY;
  logger.isLevelEnabled = (asked) => (plain.levels.values[asked] ?? 0) >= least; // who asks first does as in the product
  return logger;
}

export default pino;
