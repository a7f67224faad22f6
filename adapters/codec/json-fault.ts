import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';

const EXPECTED = 'a JSON object';

/** What is wrong with a text that is no JSON, told by the line at fault: where it was cut off, or where a string is open. */
export function jsonFault(text: string, error: unknown): BadValue {
  const { message } = error instanceof Error ? error : { message: '' };
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  const at = position === undefined ? text.length : Number(position);
  const isCut = at >= text.length || message.startsWith('Unterminated string') || message.includes('end of JSON');
  const line = text.slice(0, at).split('\n').length;
  const shown = text.split('\n')[line - 1]?.trim() ?? '';
  if (text.trim() === '') return badValue('not-json', '(payload)', text, EXPECTED);
  if (position === undefined && !isCut) return badValue('not-json', '(payload)', text, EXPECTED);
  return badValue('not-json', '(payload)', shown, `${EXPECTED}; ${whatOf(text, message, isCut, at, line)}`);
}

function whatOf(text: string, message: string, isCut: boolean, at: number, line: number): string {
  if (isCut && !message.includes('is not valid JSON')) return `ends at byte ${Buffer.byteLength(text)}`;
  if (message.startsWith('Bad control character') && /[\r\n]/.test(text[at] ?? '')) {
    return `string not closed on line ${line}`;
  }
  return `not so on line ${line}`;
}
