/**
 * Alarm types of one device that are steps of one happening, mildest first: a graver step takes the milder ones over,
 * so that an animal's walk to the track is one card and not three.
 */
export const CATTLE_LADDER = ['railway.cattle.warning', 'railway.cattle.danger', 'railway.cattle.on-track'] as const;

const LADDERS: readonly (readonly string[])[] = [CATTLE_LADDER];
const LADDER_OF = new Map(LADDERS.flatMap((ladder) => ladder.map((code) => [code, ladder] as const)));

/** The ladder that a type is a step of; undefined: it is none. */
export const ladderOf = (code: string): readonly string[] | undefined => LADDER_OF.get(code);
