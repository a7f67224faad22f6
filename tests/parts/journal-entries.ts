import type { NewEntry, Write } from '../../gateway/journal/journal.ts';
import { raised, someAlarm } from './recorded.ts';

export const reading = (value: number): NewEntry => ({
  entry: { kind: 'telemetry', telemetry: { kind: 'telemetry', device: 'd', values: { value } } },
  alarm: undefined,
});

export function raising(more: Parameters<typeof someAlarm>[0] = {}): NewEntry {
  const alarm = someAlarm(more);
  return { entry: raised(alarm), alarm };
}

/** A write without a lock; `subject` counts its entries. */
export const writeOf = (...entries: readonly NewEntry[]): Write => ({
  subject: 'd',
  expectedVersion: undefined,
  entries,
});
