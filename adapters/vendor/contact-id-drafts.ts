import type { Signal } from '../../gateway/domain/signal.ts';
import type { Draft, Drafts, MessageContext } from '../codec/definition.ts';

/** One Contact-ID event (SIA DC-05): Q 1 new or opened, 3 restored or closed, 6 still there; GG, CCC as they stand. */
export type ContactIdEvent = Readonly<{ qualifier: '1' | '3' | '6'; code: string; partition: string; zone: string }>;

/** Opening and closing (撤防、布防) by users, keys, timers and remote: measured, no alarm. Source: DC-05, 400 to 409, 441, 442. */
const ARMING = /^(?:40[0-35-9]|44[12])$/;
/** By a user: the number behind it is a person's. */
const BY_USER = /^4/;
const TEST = /^6/;

type Where = Readonly<{ account: string; id: string | undefined; at: number | undefined }>;

/** What an event means, at the zone's own device where there is one: alias `account/zone`, or `settings.zones` of the panel. */
export function contactIdDrafts(
  event: ContactIdEvent,
  { account, id, at }: Where,
  context: MessageContext<unknown>,
): Drafts {
  const { qualifier, code, partition, zone } = event;
  if (ARMING.test(code)) {
    return { telemetry: [{ device: account, at, values: { armed: qualifier === '3' ? 1 : 0 } }] };
  }
  const active = TEST.test(code) ? undefined : qualifier !== '3';
  const where = BY_USER.test(code) ? 'user' : `zone ${zone}`;
  const text = active === false ? undefined : `E${code} ${where} partition ${partition}`;
  const device = BY_USER.test(code) ? account : zoneDevice(account, zone, context);
  const signal: Draft<Signal> = { device, type: `contact-id:${code}`, id, at, active, text };
  return { signals: [signal] };
}

function zoneDevice(account: string, zone: string, { device }: MessageContext<unknown>): string {
  const own = device(`${account}/${zone}`) ?? device(`${account}/${Number(zone)}`);
  if (own !== undefined) return own.id;
  const { zones, map } = device(account)?.settings ?? {};
  return listed(zones, zone) ?? listed(listedTable(map), zone) ?? account;
}

const listedTable = (map: unknown): unknown =>
  typeof map === 'object' && map !== null && 'zones' in map ? map.zones : undefined;

function listed(zones: unknown, zone: string): string | undefined {
  if (typeof zones !== 'object' || zones === null) return undefined;
  const found: unknown = Reflect.get(zones, zone);
  return typeof found === 'string' ? found : undefined;
}
