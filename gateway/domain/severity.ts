/** 1 red (Ⅰ), 2 orange (Ⅱ), 3 yellow (Ⅲ), 4 blue (Ⅳ); 1 is the gravest. Source: GB/T 28181 AlarmPriority, same order. */
export type Severity = 1 | 2 | 3 | 4;
export const SEVERITIES: readonly Severity[] = [1, 2, 3, 4];

export const isSeverity = (value: unknown): value is Severity =>
  value === 1 || value === 2 || value === 3 || value === 4;

/** One step up; red stays red. */
export const oneGraver = (severity: Severity): Severity => (severity === 4 ? 3 : severity === 3 ? 2 : 1);

/** The graver of two: a smaller number is graver. */
export const graver = (a: Severity, b: Severity): Severity => (a < b ? a : b);
