import type { Evidence } from '../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { askFile, query } from '../api/request.ts';
import { fileOf } from './items.ts';

/** `marked`: a copy with who, when and what for burnt in. `original`: the very bytes that the hash stands for. */
export const FORMS = ['marked', 'original'] as const;
export type Form = (typeof FORMS)[number];

/** A clip is decoded and encoded again for the mark, behind others that wait for the same. */
const WITHIN_MS = 180_000;

/**
 * Takes a file out of the house, for a purpose that goes into the audit trail. Fetched first and then saved, so that a
 * refusal can be said in words.
 */
export async function takeOut(item: Evidence, form: Form, purpose: string): Promise<Problem | undefined> {
  const path = `${item.url}${query({ purpose, watermark: form === 'marked' ? 1 : undefined })}`;
  const answer = await askFile(path, WITHIN_MS);
  if (!answer.ok) return answer.problem;
  save(answer.value, form === 'marked' ? markedName(fileOf(item)) : fileOf(item));
  return undefined;
}

/** Told apart from the original by its name as well. */
const markedName = (file: string): string => file.replace(/(\.\w+)$/, '-marked$1');

/** How long the browser may take to begin reading what it saves. */
const KEPT_MS = 60_000;

export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
