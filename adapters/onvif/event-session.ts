import { type CameraFault, cameraFault } from './camera-fault.ts';
import { readSystemDateAndTime, SYSTEM_DATE } from './clock.ts';
import { askDeviceInformation, modelName } from './device-information.ts';
import type { EventParts, EventPorts } from './event-ports.ts';
import { Backoff, pause } from './pause.ts';
import { Presence } from './presence.ts';
import { follow, isGone } from './pulling.ts';
import { followPushed } from './pushed.ts';
import { findServices } from './service-paths.ts';
import { Subscription } from './subscription.ts';

/** The events of one camera until `stop`: subscribes, pulls, and begins anew after every kind of end. */
export async function runEvents(ports: EventPorts): Promise<void> {
  const { device, outbox, now, random, reader, times, stop } = ports;
  const parts: EventParts = {
    reader,
    presence: new Presence(device().id, outbox, now),
    backoff: new Backoff(times.backoffLeastMs, times.backoffMostMs, random),
  };
  while (!stop.aborted) {
    const fault = await connectAndFollow(ports, parts);
    if (!stop.aborted) await rest(ports, parts, fault);
  }
}

async function connectAndFollow(ports: EventPorts, parts: EventParts): Promise<CameraFault> {
  ports.tell('connecting');
  const gone = await lookAtClock(ports, parts);
  if (gone !== undefined) return gone;
  const services = await findServices(ports.link);
  if (!services.ok) return services.error;
  const eventsPath = services.value.get('events');
  if (eventsPath === undefined) return cameraFault('not-supported', 'no event service');
  const told = await askDeviceInformation(ports.link);
  const created = await Subscription.create(ports, eventsPath);
  if (!created.ok) return await withoutPullPoint(ports, parts, eventsPath, created.error);
  const lost = await holdAndFollow(ports, parts, created.value, told.ok ? modelName(told.value) : '');
  return isAboutClock(lost) ? cameraFault('offline', lost.text) : lost;
}

/** A camera that has events and no pull-points brings them by itself: never both at once. */
async function withoutPullPoint(
  ports: EventPorts,
  parts: EventParts,
  eventsPath: string,
  fault: CameraFault,
): Promise<CameraFault> {
  const pushed = fault.reason === 'not-supported' ? await followPushed(ports, parts, eventsPath) : undefined;
  return refusalOf(pushed ?? fault);
}

/** The camera's own word that it gives no subscription now: its slots are taken, its table is full. */
const refusalOf = (fault: CameraFault): CameraFault =>
  fault.reason === 'bad-answer' && fault.code !== undefined ? { ...fault, reason: 'events-refused' } : fault;

/**
 * The account was good for the subscription, so a later refusal is about the clock, which a camera loses with its
 * power: it is measured anew at once, not in five minutes.
 */
const isAboutClock = ({ reason }: CameraFault): boolean => reason === 'not-authorized';

async function holdAndFollow(
  ports: EventPorts,
  parts: EventParts,
  subscription: Subscription,
  model: string,
): Promise<CameraFault> {
  try {
    ports.tell('subscribed', undefined, 'pull');
    parts.reader.doubt();
    await subscription.synchronise(); // a camera that cannot, tells each state at its next change
    return await follow(ports, parts, subscription, model);
  } finally {
    if (subscription.isAlive) await subscription.unsubscribe(ports.times.unsubscribeMs);
  }
}

/** Any camera tells its time, to anybody by the standard; a few want a user first. A fault only when nobody answers. */
async function lookAtClock(
  { link, clock, now, stop }: EventPorts,
  { presence }: EventParts,
): Promise<CameraFault | undefined> {
  const path = link.devicePath;
  const sentAt = now();
  const open = await link.call({ path, operation: SYSTEM_DATE, isAnonymous: true, signal: stop });
  const isClosed = !open.ok && open.error.reason === 'not-authorized';
  const answer = isClosed ? await link.call({ path, operation: SYSTEM_DATE, signal: stop }) : open;
  if (stop.aborted) return cameraFault('offline', 'stopped');
  if (!answer.ok && isGone(answer.error)) {
    await presence.missed();
    return answer.error;
  }
  const cameraAt = answer.ok ? readSystemDateAndTime(answer.value) : undefined;
  if (cameraAt !== undefined) clock.measure(cameraAt, sentAt, now());
  if (answer.ok) await presence.heard();
  return undefined;
}

/** How long to leave a camera alone, by what was wrong: an account that keeps being refused gets locked. */
async function rest(ports: EventPorts, parts: EventParts, fault: CameraFault): Promise<void> {
  const { tell, times, stop } = ports;
  switch (fault.reason) {
    case 'not-authorized':
    case 'refused-address':
    case 'certificate-changed':
      tell(fault.reason, fault);
      return await pause(times.notAuthorizedMs, stop);
    case 'not-supported':
      tell('no-events', fault);
      return await watchWithoutEvents(ports, parts);
    default:
      tell(fault.reason === 'events-refused' ? fault.reason : 'waiting', fault);
      return await pause(parts.backoff.nextMs(), stop);
  }
}

/** A camera without events is looked at as often as another is pulled, and asked for its events each hour. */
async function watchWithoutEvents(ports: EventPorts, parts: EventParts): Promise<void> {
  const { times, now, random, stop } = ports;
  const until = now() + times.noEventsMs;
  while (!stop.aborted && now() < until) {
    const waitMs = times.pullLeastMs + random() * (times.pullMostMs - times.pullLeastMs);
    await pause(Math.min(waitMs, until - now()), stop);
    if (!stop.aborted) await lookAtClock(ports, parts);
  }
}
