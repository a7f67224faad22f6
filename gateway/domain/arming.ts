import { isWithinHours, type Schedule } from './schedule.ts';
import type { Where } from './where.ts';

/** Somebody set it by hand, until then (布防 or 撤防). */
export type ArmingOverride = Readonly<{ armed: boolean; until: number; by: string }>;

/**
 * When intrusion counts at a place (布防计划), such as a compound's fence at night or a section of a line between
 * trains. Outside its hours what it speaks of raises nothing. Fire, help and device faults belong to no plan.
 */
export type ArmingPlan = Readonly<{
  id: string;
  zh: string;
  en: string;
  where: Where;
  /** Armed within these hours. */
  hours: Schedule;
  /** So long after the hours begin people may still be on their way out, in milliseconds. */
  graceMs: number;
  override?: ArmingOverride | undefined;
  version: number;
}>;

/** Whether the plan holds at a moment. */
export function isArmed({ hours, graceMs, override }: ArmingPlan, at: number): boolean {
  if (override !== undefined && at < override.until) return override.armed;
  // within the hours, and already so when the grace began: both ends of the grace must lie inside
  return isWithinHours(hours, at) && (graceMs === 0 || isWithinHours(hours, at - graceMs));
}

/** Work at a place (检修窗口): until its end what the devices there say raises nothing. */
export type MaintenanceWindow = Readonly<{
  id: string;
  where: Where;
  from: number;
  until: number;
  reason: string;
  by: string;
  version: number;
}>;

export const isUnderway = ({ from, until }: MaintenanceWindow, at: number): boolean => at >= from && at < until;
