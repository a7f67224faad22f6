import type { RegionCode } from './region.ts';

/** Who did something: a person with a seat, or the gateway by a named rule. */
export type Actor = Readonly<{ name: string; centre: RegionCode | undefined }>;
