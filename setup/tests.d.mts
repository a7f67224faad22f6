type Report = Readonly<{
  testResults: readonly Readonly<{ status: string; assertionResults: readonly Readonly<{ status: string }>[] }>[];
}>;
type TriedReport = Readonly<{
  testResults: readonly Readonly<{
    assertionResults: readonly Readonly<{ status: string; fullName: string; failureMessages: readonly string[] }>[];
  }>[];
}>;
export function secondTries(report: TriedReport | undefined): readonly string[];
export function tally(
  checked: readonly boolean[],
  report: Report | undefined,
  code: number,
): Readonly<{ passed: number; failed: number; skipped: number }>;
