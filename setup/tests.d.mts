type Report = Readonly<{
  testResults: readonly Readonly<{ status: string; assertionResults: readonly Readonly<{ status: string }>[] }>[];
}>;
export function tally(
  checked: readonly boolean[],
  report: Report | undefined,
  code: number,
): Readonly<{ passed: number; failed: number; skipped: number }>;
