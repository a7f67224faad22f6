/** Milliseconds as an xs:duration in seconds, the one form that every camera reads: `PT55S`. */
export const formatXsDuration = (ms: number): string => `PT${Math.round(ms) / 1_000}S`;

const DURATION = /^P(?=.)(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i;

/**
 * Milliseconds of an xs:duration such as `PT60S`, the form in which some cameras give the end of a subscription.
 * Undefined for years, months (no fixed length), a sign, and what is none. Source: XML Schema part 2, 3.2.6.
 */
export function readXsDuration(text: string | undefined): number | undefined {
  const parts = text === undefined ? null : DURATION.exec(text.trim());
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000);
}
