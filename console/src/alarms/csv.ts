/** A cell as RFC 4180 wants it. What a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: string | number | undefined): string {
  const text = String(value ?? '');
  const harmless = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Lines of cells as CSV; the byte order mark makes Excel read Chinese. */
export const csvOf = (lines: readonly (readonly (string | number | undefined)[])[]): string =>
  `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
