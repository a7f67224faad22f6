import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { EventParts, EventPorts } from './event-ports.ts';
import { type Notification, readNotifications } from './notification.ts';
import { pause } from './pause.ts';
import { WAITED_MS } from './quirks.ts';
import type { Subscription } from './subscription.ts';

/** Answers in a row that nobody can read, after which the subscription is given up. */
const NONSENSE_MAX = 3;
/** Pulls within which a camera tells its states, if it does so at all. */
const TELLING_PULLS = 3;

/** How far the camera is with telling its states at the synchronisation point. */
type Telling = { pulls: number; isTold: boolean; isOver: boolean };

/** Nobody answered, or nothing that can be read: not the camera's word about what was asked. */
export const isGone = ({ reason, code }: CameraFault): boolean =>
  code === undefined && (reason === 'offline' || reason === 'timeout' || reason === 'bad-answer');

/**
 * Pulls until the subscription is lost, and says why. A broken pull is pulled again while the subscription lives; the
 * next pull waits until the journal has what the last one brought, because no pull can be repeated.
 */
export async function follow(
  ports: EventPorts,
  parts: EventParts,
  subscription: Subscription,
  model: string,
): Promise<CameraFault> {
  const { stop, now, quirks } = ports;
  const telling: Telling = { pulls: 0, isTold: false, isOver: false };
  let nonsense = 0;
  while (!stop.aborted) {
    const pullMs = subscription.pullMs(quirks.pullMs(model, jittered(ports)));
    if (subscription.isRenewalDue(pullMs)) await subscription.renew(); // where it fails, the pull will tell
    const startedAt = now();
    const answer = await subscription.pull(pullMs);
    const tookMs = now() - startedAt;
    if (answer.ok) {
      nonsense = 0;
      quirks.pullHeld(model, tookMs);
      const notifications = readNotifications(answer.value);
      await take(ports, parts, notifications, telling, () => keepAlive(subscription));
      if (notifications.length === 0) await pause(ports.times.emptyPullLeastMs - tookMs, stop);
    } else {
      nonsense = answer.error.reason === 'bad-answer' ? nonsense + 1 : 0;
      if (stop.aborted || !isGone(answer.error)) return answer.error;
      if (answer.error.reason === 'offline' && tookMs >= WAITED_MS) quirks.pullBroke(model, tookMs);
      else await parts.presence.missed(); // a camera that held the line until just now is there: the next pull tells
      if (nonsense >= NONSENSE_MAX || !subscription.isAlive) return answer.error;
      await pause(parts.backoff.nextMs(), stop);
    }
  }
  return cameraFault('offline', 'stopped');
}

const jittered = ({ times, random }: EventPorts): number =>
  Math.round(times.pullLeastMs + random() * (times.pullMostMs - times.pullLeastMs));

/** While the journal takes nothing the camera keeps what happens, as long as the subscription lives. */
async function keepAlive(subscription: Subscription): Promise<void> {
  if (subscription.isRenewalDue(0)) await subscription.renew();
}

async function take(
  ports: EventPorts,
  parts: EventParts,
  notifications: readonly Notification[],
  telling: Telling,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const isOver = hasTold(telling, notifications);
  await keep(ports, parts, notifications, isOver ? telling.isTold : undefined, meanwhile);
}

/**
 * Takes notifications to the journal; the camera is there, since it said them. `settling` is given once, when the
 * camera has told its states: whether it did so at all.
 */
export async function keep(
  ports: EventPorts,
  { reader, presence, backoff }: EventParts,
  notifications: readonly Notification[],
  settling: boolean | undefined,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const [device, now] = [ports.device(), ports.now()];
  backoff.reset();
  await presence.heard();
  const reports = reader.read(device, notifications, now);
  const settled = settling === undefined ? [] : reader.settle(device, settling, now);
  await ports.outbox.deliver([...reports, ...settled, ...reader.clockReports(device, now)], meanwhile);
}

/** True once, when the states have been told: at the first pull without one, or when none came for a while. */
function hasTold(telling: Telling, notifications: readonly Notification[]): boolean {
  if (telling.isOver) return false;
  const isTelling = notifications.some(({ operation }) => operation === 'Initialized');
  telling.pulls += 1;
  telling.isTold ||= isTelling;
  telling.isOver = !isTelling && (telling.isTold || telling.pulls >= TELLING_PULLS);
  return telling.isOver;
}
