import { expect } from 'vitest';
import { BAD_REASONS } from '../../gateway/domain/bad-value.ts';
import type { Report } from '../../gateway/domain/signal.ts';

/** Expects a report that the rest of the house can rely on, or a dead letter that says what was expected. */
export function expectSound(report: Report, receivedAt: number): void {
  if (report.kind === 'dead-letter') {
    for (const { reason, field, expected, value } of [report.fault, ...(report.others ?? [])]) {
      expect(BAD_REASONS).toContain(reason);
      expect(field).not.toBe('');
      expect(expected).not.toBe('');
      expect(value.length).toBeLessThanOrEqual(80);
    }
    expect(Buffer.byteLength(report.payload)).toBeLessThanOrEqual(4096);
    return;
  }
  expect(report.device).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
  expect(Object.values(report)).not.toContain(undefined);
  if (report.at === undefined) return;
  expect(report.at).toBeGreaterThanOrEqual(Date.UTC(2000, 0, 1));
  expect(report.at).toBeLessThanOrEqual(receivedAt + 86_400_000);
}
