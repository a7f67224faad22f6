import type { DeviceChangeReport, Replaced, RotationJob } from '../../../gateway/http/contract/device-changes.ts';
import { type Answer, ask } from '../api/request.ts';

/** What is done to many devices; `rotate` gives cameras new passwords. */
export const DEVICE_ACTS = [
  ...(['enable', 'disable', 'move', 'use-credentials', 'rotate'] as const),
  ...(['allow-sound', 'forbid-sound', 'remove'] as const),
] as const;
export type DeviceAct = (typeof DEVICE_ACTS)[number];
export type ActFields = Readonly<{ region?: string; group?: string; password?: string }>;

/** One line of what came of it: nothing to say where it went well. */
export type ActLine = Readonly<{ id: string; outcome: string; text: string }>;
export type ActResult = Readonly<{ done: number; lines: readonly ActLine[] }>;

const LONG_MS = 60_000;
const LOOK_MS = 500;

/** Does it to all, or with `isDryRun` says what would be. `told` hears how far a long one is. */
export async function carryOut(
  act: DeviceAct,
  ids: readonly string[],
  fields: ActFields,
  isDryRun: boolean,
  told: (done: number) => void,
): Promise<Answer<ActResult>> {
  if (act === 'rotate') return isDryRun ? none(ids.length) : await rotate(ids, fields.password, told);
  const body = { act, ids, dryRun: isDryRun, ...fields };
  const answer = await ask<DeviceChangeReport>('/devices/changes', { method: 'POST', body, timeoutMs: LONG_MS });
  if (!answer.ok) return answer;
  const lines = answer.value.faults.map(({ id, field, value, expected }) => ({
    id,
    outcome: 'refused',
    text: `${field} ${value}: ${expected}`,
  }));
  return { ok: true, value: { done: answer.value.done, lines } };
}

const none = (done: number): Answer<ActResult> => ({ ok: true, value: { done, lines: [] } });

async function rotate(
  ids: readonly string[],
  password: string | undefined,
  told: (done: number) => void,
): Promise<Answer<ActResult>> {
  const body = { ids, ...(password === undefined || password === '' ? {} : { password }) };
  const begun = await ask<{ id: string }>('/devices/passwords', { method: 'POST', body });
  if (!begun.ok) return begun;
  for (;;) {
    const job = await ask<RotationJob>(`/devices/passwords/${begun.value.id}`);
    if (!job.ok) return job;
    told(job.value.items.length);
    if (job.value.state === 'done') return { ok: true, value: resultOf(job.value) };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const resultOf = ({ items }: RotationJob): ActResult => ({
  done: items.filter(({ outcome }) => outcome === 'changed').length,
  lines: items.flatMap(({ id, outcome, text = '' }) => (outcome === 'changed' ? [] : [{ id, outcome, text }])),
});

export const replaceCamera = (
  id: string,
  connection: Readonly<{ url: string; username?: string; password?: string }>,
  how: Readonly<{ dryRun: boolean; force: boolean }>,
): Promise<Answer<Replaced>> =>
  ask<Replaced>(`/devices/${encodeURIComponent(id)}/replacement`, {
    method: 'POST',
    body: { connection, ...how },
    timeoutMs: LONG_MS,
  });
