import { stringify } from 'yaml';
import { SECRETS } from './schema.ts';

const HIDDEN: ReadonlySet<string> = new Set([...SECRETS].map((path) => path.slice(path.lastIndexOf('.') + 1)));

/** The settings as YAML, secrets masked; what is not set is left out. */
export function maskedText(settings: object): string {
  const masked = JSON.stringify(settings, (key, value: unknown) =>
    value !== undefined && HIDDEN.has(key) ? '***' : value,
  );
  return stringify(JSON.parse(masked));
}
