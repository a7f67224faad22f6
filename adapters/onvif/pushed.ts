import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { EventParts, EventPorts } from './event-ports.ts';
import { readNotifications } from './notification.ts';
import { pause } from './pause.ts';
import { isGone, keep } from './pulling.ts';
import type { PushWay } from './push-door.ts';
import { Subscription } from './subscription.ts';
import type { XmlElement } from './xml.ts';

/** Between two looks at whether the subscription is to be renewed. */
const LOOK_MS = 1_000;

/**
 * Events that the camera brings by itself, for one that has no pull-points: subscribes with a way in of its own,
 * renews at half of its life, and gives the subscription back. Answers why it ended. Undefined: nobody listens here.
 */
export async function followPushed(
  ports: EventPorts,
  parts: EventParts,
  eventsPath: string,
): Promise<CameraFault | undefined> {
  const { push, link } = ports;
  if (push === undefined) return undefined;
  const from = await link.address();
  if (!from.ok) return from.error;
  const telling = { isTold: false };
  const way = push.expect(from.value, (notify) => take(ports, parts, notify, telling));
  try {
    return await subscribeAndRenew(ports, parts, eventsPath, way, telling);
  } finally {
    way.close();
  }
}

async function subscribeAndRenew(
  ports: EventPorts,
  parts: EventParts,
  eventsPath: string,
  way: PushWay,
  telling: { isTold: boolean },
): Promise<CameraFault> {
  parts.reader.doubt();
  const made = await Subscription.createPushed(ports, eventsPath, way.url);
  if (!made.ok) return made.error;
  ports.tell('subscribed', undefined, 'push');
  await parts.presence.heard();
  await made.value.synchronise(); // a camera that cannot, tells each state at its next change
  try {
    return await renewing(ports, parts, made.value, telling);
  } finally {
    if (made.value.isAlive) await made.value.unsubscribe(ports.times.unsubscribeMs);
  }
}

async function renewing(
  ports: EventPorts,
  parts: EventParts,
  subscription: Subscription,
  telling: { isTold: boolean },
): Promise<CameraFault> {
  const { stop, now, times } = ports;
  let isSettled = false;
  while (!stop.aborted && subscription.isAlive) {
    await pause(Math.min(LOOK_MS, times.lifetimeMs / 8), stop);
    if (stop.aborted || !subscription.isRenewalDue(0)) continue;
    const renewed = await subscription.renew();
    if (renewed.ok) {
      await parts.presence.heard();
      parts.backoff.reset();
      const settled = isSettled ? [] : parts.reader.settle(ports.device(), telling.isTold, now());
      isSettled = true;
      await ports.outbox.deliver(settled);
    } else if (isGone(renewed.error)) await parts.presence.missed();
    else return renewed.error;
  }
  return cameraFault('offline', stop.aborted ? 'stopped' : 'the subscription ended');
}

async function take(
  ports: EventPorts,
  parts: EventParts,
  notify: XmlElement,
  telling: { isTold: boolean },
): Promise<void> {
  const notifications = readNotifications(notify);
  telling.isTold ||= notifications.some(({ operation }) => operation === 'Initialized');
  await keep(ports, parts, notifications, undefined);
}
