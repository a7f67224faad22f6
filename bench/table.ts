/** One comparison: the gateway's figure, the floor's, and their ratio. */
export type Row = Readonly<{ what: string; ours: string; floor: string; ratio: string }>;

/** A part of the bench. `finishing` ends what it started. */
export type Bench = (finishing: import('./finishing.ts').Finishing) => Promise<readonly Row[]>;

const HEAD: Row = { what: '', ours: '烽燧 fengsui', floor: '底线 floor', ratio: '比 ratio' };

/** Rows under each other, for a terminal. */
export function tableText(rows: readonly Row[]): string {
  const all = [HEAD, ...rows];
  const columns = ['what', 'ours', 'floor', 'ratio'] as const;
  const widths = columns.map((column) => Math.max(...all.map((row) => widthOf(row[column]))));
  const lineOf = (row: Row): string =>
    columns.map((column, at) => row[column] + ' '.repeat((widths[at] ?? 0) - widthOf(row[column]))).join('  ');
  return all.map(lineOf).join('\n');
}

/** Chinese characters take two columns. */
const widthOf = (text: string): number => [...text].reduce((sum, char) => sum + (char > '\u2e80' ? 2 : 1), 0);
