import { defineStore } from 'pinia';
import { reactive } from 'vue';

export type Draft = { note: string; assignee: string };
const DRAFTS_MAX = 50;

/** What was typed about an alarm and not yet sent: it survives other alarms, conflicts and a new sign-in. */
export const useDrafts = defineStore('drafts', () => {
  const drafts = reactive(new Map<string, Draft>());

  function of(id: string): Draft {
    const held = drafts.get(id);
    if (held !== undefined) return held;
    const [oldest] = drafts.keys();
    if (drafts.size >= DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest);
    drafts.set(id, { note: '', assignee: '' });
    return drafts.get(id) ?? { note: '', assignee: '' };
  }

  const forget = (id: string): void => void drafts.delete(id);
  return { of, forget };
});
