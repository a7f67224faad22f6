import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import { metresBetween } from '../domain/geo.ts';
import type { Place } from '../domain/place.ts';
import { significantDigits } from '../domain/region.ts';
import type { IncidentRule } from '../domain/rules.ts';
import type { Severity } from '../domain/severity.ts';

/** The head and how far its incident reaches: metres along the line, or around the head. */
type Incident = {
  readonly head: AlarmId;
  readonly severity: Severity;
  readonly place: Place;
  lastAt: number;
  from: number;
  to: number;
};

/** Incidents that are open at one place for one rule; the oldest gives way. */
const AT_ONE_PLACE_MAX = 64;
/** Places with an incident at all: the whole city has some 3,200 townships, lines and compounds. */
const PLACES_MAX = 20_000;

/** What an alarm that is about to be raised would be part of. */
export type Candidate = Readonly<{ id: AlarmId; type: string; severity: Severity; device: Device; place: Place }>;

/** Finds the incident (事件) of an alarm: kept in memory, told again at a start by the alarms that are open. */
export class IncidentWatch {
  readonly #rules: readonly IncidentRule[];
  readonly #open = new Map<string, Incident[]>();
  readonly #isClosed: (head: AlarmId) => boolean;

  constructor(rules: readonly IncidentRule[], isClosed: (head: AlarmId) => boolean) {
    this.#rules = rules;
    this.#isClosed = isClosed;
  }

  /**
   * The head of the incident that this alarm belongs to: its own id where it heads a new one, undefined where no rule
   * speaks of it. A graver alarm never hides behind a milder one: it heads an incident of its own.
   */
  headFor(candidate: Candidate, at: number): AlarmId | undefined {
    const rule = this.#rules.find(({ types }) => types.some((one) => isOfType(one, candidate.type)));
    const where = rule === undefined ? undefined : placeOf(rule, candidate);
    if (rule === undefined || where === undefined) return undefined;
    const key = `${rule.id} ${where}`;
    const rows = (this.#open.get(key) ?? []).filter(
      ({ lastAt, head }) => at - lastAt < rule.withinMs && !this.#isClosed(head),
    );
    const found = rows.find((row) => row.severity <= candidate.severity && reaches(rule, row, candidate.place));
    if (found === undefined) rows.push(begin(candidate, at));
    else extend(found, candidate.place, at);
    this.#keep(key, rows.slice(-AT_ONE_PLACE_MAX));
    return found?.head ?? candidate.id;
  }

  /** A repeat of an alarm that belongs: the incident goes on. */
  goesOn({ incident, type, place }: Alarm, device: Device, at: number): void {
    if (incident === undefined) return;
    const rule = this.#rules.find(({ types }) => types.some((one) => isOfType(one, type)));
    const where = rule === undefined ? undefined : placeOf(rule, { device, place });
    const row = this.#open.get(`${rule?.id} ${where}`)?.find(({ head }) => head === incident);
    if (row !== undefined) row.lastAt = Math.max(row.lastAt, at);
  }

  /** At a start: an alarm that is open and belongs to an incident. */
  resume({ id, type, severity, incident, place, lastAt }: Alarm, device: Device): void {
    if (incident === id) this.headFor({ id, type, severity, device, place }, lastAt);
  }

  #keep(key: string, rows: Incident[]): void {
    this.#open.delete(key);
    if (rows.length > 0) this.#open.set(key, rows);
    const [oldest] = this.#open.keys();
    if (this.#open.size > PLACES_MAX && oldest !== undefined) this.#open.delete(oldest);
  }
}

const isOfType = (one: string, type: string): boolean => (one.endsWith('.') ? type.startsWith(one) : one === type);

function placeOf({ within }: IncidentRule, { device, place }: Pick<Candidate, 'device' | 'place'>): string | undefined {
  if (within === 'line') return place.line;
  if (within === 'compound') return device.compound;
  return significantDigits(device.region).slice(0, 9);
}

const along = ({ kmValue }: Place): number | undefined => kmValue;

function reaches({ withinM, spanM = Number.POSITIVE_INFINITY }: IncidentRule, row: Incident, place: Place): boolean {
  if (withinM === undefined) return true;
  const km = along(place);
  if (km !== undefined && along(row.place) !== undefined) {
    const isNear = km >= row.from - withinM && km <= row.to + withinM;
    return isNear && Math.max(row.to, km) - Math.min(row.from, km) <= spanM;
  }
  const { lng, lat } = place;
  if (lng === undefined || lat === undefined || row.place.lng === undefined || row.place.lat === undefined)
    return false;
  return metresBetween({ lng, lat }, { lng: row.place.lng, lat: row.place.lat }) <= withinM;
}

const begin = ({ id, severity, place }: Candidate, at: number): Incident => {
  const km = along(place) ?? 0;
  return { head: id, severity, place, lastAt: at, from: km, to: km };
};

function extend(row: Incident, place: Place, at: number): void {
  const km = along(place);
  row.lastAt = Math.max(row.lastAt, at);
  if (km === undefined) return;
  row.from = Math.min(row.from, km);
  row.to = Math.max(row.to, km);
}
