/** Milliseconds as an xs:duration in seconds, the one form that every camera reads: `PT55S`. */
export const formatXsDuration = (ms: number): string => `PT${Math.round(ms) / 1_000}S`;
