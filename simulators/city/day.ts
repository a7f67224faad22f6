const HOUR_MS = 3_600_000;
/** China keeps one zone and no summer time. */
const ZONE_MS = 8 * HOUR_MS;

/** Per cent of the busiest hour: people at doors, in stairs and streets, hour by hour from midnight. */
const PEOPLE = [5, 3, 2, 2, 3, 12, 40, 85, 100, 70, 60, 70, 80, 65, 60, 60, 65, 85, 100, 90, 70, 45, 25, 10];
/** The same of animals, which keep away while people are about. */
const ANIMALS = [100, 100, 95, 90, 85, 70, 40, 25, 20, 15, 15, 15, 15, 15, 15, 20, 25, 35, 55, 75, 85, 90, 95, 100];

/** Hour of the day in the city, with its part that has gone by. */
export const hourOf = (at: number): number => ((at + ZONE_MS) / HOUR_MS) % 24;

const shareAt = (shares: readonly number[], at: number): number => (shares[Math.floor(hourOf(at))] ?? 0) / 100;

/** How much people are about, from 0 to 1. */
export const peopleAt = (at: number): number => shareAt(PEOPLE, at);
/** How much animals are about, from 0 to 1. */
export const animalsAt = (at: number): number => shareAt(ANIMALS, at);

/** Hours in which compounds that are armed by night only are not. */
export const isDay = (at: number): boolean => hourOf(at) >= 6 && hourOf(at) < 22;
