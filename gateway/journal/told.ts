import type { Result } from '../domain/result.ts';
import type { Broken, Sound } from './verification.ts';

/** What the programs for journal files print about one, for the person who keeps it. */
export function toldOf(file: string, checked: Result<Sound, Broken>): string {
  if (checked.ok) {
    const { entries, first, head, hash } = checked.value;
    return `${file}: 完好 / sound: ${entries} 条 / entries, ${first} – ${head}\n${head} sha256:${hash}\n`;
  }
  const { seq, text } = checked.error;
  return `${file}: ${seq === undefined ? '' : `第 ${seq} 条 / entry ${seq}: `}${text}\n`;
}
