import { randomUUID } from 'node:crypto';
import { ok, type Result } from '../../gateway/domain/result.ts';
import { pathOf } from './address.ts';
import type { CameraFault } from './camera-fault.ts';
import { type CameraClock, readXsDateTime } from './clock.ts';
import type { CameraLink } from './link.ts';
import { child, escapeXml, namespaceOf, splitName, textAt, writeXml, type XmlElement } from './xml.ts';
import { formatXsDuration, readXsDuration } from './xs-duration.ts';

const EVENTS = 'http://www.onvif.org/ver10/events/wsdl';
const NOTIFICATION = 'http://docs.oasis-open.org/wsn/b-2';
const MANAGER = 'http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager';
/** A lifetime beyond a day is a wrong clock, not a promise. */
const LIFETIME_MAX_MS = 86_400_000;

export type SubscriptionPorts = Readonly<{
  link: CameraLink;
  clock: CameraClock;
  now: () => number;
  stop: AbortSignal;
  times: Readonly<{
    /** Lifetime that is asked for. */
    lifetimeMs: number;
    /** How long beyond its own timeout a pull may take. */
    graceMs: number;
    /** Most messages of one pull. */
    pullLimit: number;
  }>;
}>;

/**
 * One subscription on a camera, by pull-point or by push: the calls, where to send them, and until when it lives.
 * Source: ONVIF Core, 9.1 (real-time pull-point), WS-BaseNotification, WS-Addressing 1.0.
 */
export class Subscription {
  readonly #ports: SubscriptionPorts;
  readonly #path: string;
  /** As the camera wrote it: it may want its own host back in the header, though we connect where we were told. */
  readonly #address: string;
  readonly #references: readonly string[];
  #expiresAt = 0;
  #renewAt = 0;
  #canRenew = true;
  #takesRelative: boolean;

  private constructor(
    ports: SubscriptionPorts,
    eventsPath: string,
    created: XmlElement | undefined,
    takesRelative: boolean,
  ) {
    const reference = child(created, 'SubscriptionReference');
    const given = textAt(reference, 'Address');
    this.#ports = ports;
    this.#path = pathOf(given) ?? eventsPath;
    this.#address = given ?? new URL(eventsPath, ports.link.entered).href;
    this.#references = [child(reference, 'ReferenceParameters'), child(reference, 'ReferenceProperties')]
      .flatMap((parameters) => parameters?.children ?? [])
      .map(asReferenceParameter);
    this.#takesRelative = takesRelative;
    this.#lives(created);
  }

  /** Asks for a pull-point. */
  static create(ports: SubscriptionPorts, eventsPath: string): Promise<Result<Subscription, CameraFault>> {
    return Subscription.#request(ports, eventsPath, 'CreatePullPointSubscriptionResponse', (until) => ({
      operation: `<tev:CreatePullPointSubscription xmlns:tev="${EVENTS}"><tev:InitialTerminationTime>${until}</tev:InitialTerminationTime></tev:CreatePullPointSubscription>`,
      action: `${EVENTS}/EventPortType/CreatePullPointSubscriptionRequest`,
    }));
  }

  /** Asks the camera to bring its notifications to `consumer`. Source: WS-BaseNotification 1.3, 4.2 (Subscribe). */
  static createPushed(
    ports: SubscriptionPorts,
    eventsPath: string,
    consumer: string,
  ): Promise<Result<Subscription, CameraFault>> {
    return Subscription.#request(ports, eventsPath, 'SubscribeResponse', (until) => ({
      operation: `<wsnt:Subscribe xmlns:wsnt="${NOTIFICATION}"><wsnt:ConsumerReference><wsa:Address>${escapeXml(consumer)}</wsa:Address></wsnt:ConsumerReference><wsnt:InitialTerminationTime>${until}</wsnt:InitialTerminationTime></wsnt:Subscribe>`,
      action: 'http://docs.oasis-open.org/wsn/bw-2/NotificationProducer/SubscribeRequest',
    }));
  }

  /** By an absolute time on the camera's clock where it refuses a relative one. */
  static async #request(
    ports: SubscriptionPorts,
    eventsPath: string,
    response: string,
    compose: (until: string) => Readonly<{ operation: string; action: string }>,
  ): Promise<Result<Subscription, CameraFault>> {
    const ask = (isRelative: boolean) => {
      const { operation, action } = compose(terminationTime(ports, isRelative));
      const headers = addressing(action, new URL(eventsPath, ports.link.entered).href);
      return timed(ports, () => ports.link.call({ path: eventsPath, operation, action, headers }));
    };
    const relative = await ask(true);
    const isRefused = !relative.ok && isAboutTermination(relative.error);
    const answer = isRefused ? await ask(false) : relative;
    if (!answer.ok) return answer;
    return ok(new Subscription(ports, eventsPath, child(answer.value, response), !isRefused));
  }

  get isAlive(): boolean {
    return this.#ports.now() < this.#expiresAt;
  }

  /** Half its life at most: a short-lived subscription must not end within a pull. */
  pullMs(wantedMs: number): number {
    return Math.max(Math.min(wantedMs, (this.#expiresAt - this.#ports.now()) / 2), Math.min(wantedMs, 1_000));
  }

  /** Whether to renew before a pull of this length: half of life is over, or the pull would end near its end. */
  isRenewalDue(pullMs: number): boolean {
    const now = this.#ports.now();
    return (
      this.#canRenew && (now >= this.#renewAt || now + pullMs > this.#expiresAt - (this.#expiresAt - this.#renewAt) / 5)
    );
  }

  /** Asks the camera to tell the present state of all its properties. */
  synchronise(): Promise<Result<XmlElement, CameraFault>> {
    const operation = `<tev:SetSynchronizationPoint xmlns:tev="${EVENTS}"/>`;
    return this.#call(`${EVENTS}/PullPointSubscription/SetSynchronizationPointRequest`, operation);
  }

  /** The answer to a pull, which waits up to `timeoutMs` for a message. */
  async pull(timeoutMs: number): Promise<Result<XmlElement | undefined, CameraFault>> {
    const operation = `<tev:PullMessages xmlns:tev="${EVENTS}"><tev:Timeout>${formatXsDuration(timeoutMs)}</tev:Timeout><tev:MessageLimit>${this.#ports.times.pullLimit}</tev:MessageLimit></tev:PullMessages>`;
    const action = `${EVENTS}/PullPointSubscription/PullMessagesRequest`;
    const answer = await this.#call(action, operation, timeoutMs + this.#ports.times.graceMs);
    if (!answer.ok) return answer;
    const response = child(answer.value, 'PullMessagesResponse');
    if (textAt(response, 'TerminationTime') !== undefined) this.#lives(response);
    return ok(response);
  }

  /** A camera that cannot renew is left to its pulls, which prolong it; when they do not, the next one tells. */
  async renew(): Promise<Result<void, CameraFault>> {
    const answer = await this.#askRenewal();
    if (answer.ok) this.#lives(child(answer.value, 'RenewResponse'));
    else if (answer.error.code === undefined) return answer;
    else this.#canRenew = false;
    return ok(undefined);
  }

  async #askRenewal(): Promise<Result<XmlElement, CameraFault>> {
    const ask = () => {
      const until = terminationTime(this.#ports, this.#takesRelative);
      const operation = `<wsnt:Renew xmlns:wsnt="${NOTIFICATION}"><wsnt:TerminationTime>${until}</wsnt:TerminationTime></wsnt:Renew>`;
      return this.#call(`${MANAGER}/RenewRequest`, operation);
    };
    const answer = await ask();
    if (answer.ok || !this.#takesRelative || !isAboutTermination(answer.error)) return answer;
    this.#takesRelative = false;
    return await ask();
  }

  /** Gives the camera its slot back; it has a few, and holds a lost one until it expires. */
  unsubscribe(deadlineMs: number): Promise<Result<XmlElement, CameraFault>> {
    const headers = addressing(`${MANAGER}/UnsubscribeRequest`, this.#address, this.#references);
    const operation = `<wsnt:Unsubscribe xmlns:wsnt="${NOTIFICATION}"/>`;
    const action = `${MANAGER}/UnsubscribeRequest`;
    return this.#ports.link.call({ path: this.#path, operation, action, headers, deadlineMs });
  }

  #call(action: string, operation: string, deadlineMs?: number): Promise<Result<XmlElement, CameraFault>> {
    const headers = addressing(action, this.#address, this.#references);
    const call = { path: this.#path, operation, action, headers, signal: this.#ports.stop };
    return timed(this.#ports, () => this.#ports.link.call(deadlineMs === undefined ? call : { ...call, deadlineMs }));
  }

  /** Both times of one answer are on the camera's clock, so their difference needs none of ours. */
  #lives(answer: XmlElement | undefined): void {
    const now = this.#ports.now();
    const given = lifetimeOf(answer, this.#ports.clock.cameraNow(now)) ?? 0;
    const lifetimeMs = given > 0 && given <= LIFETIME_MAX_MS ? given : this.#ports.times.lifetimeMs;
    this.#expiresAt = now + lifetimeMs;
    this.#renewAt = now + lifetimeMs / 2;
  }
}

/** How long the camera says that the subscription lives: as a duration, or as a time on its clock. */
function lifetimeOf(answer: XmlElement | undefined, cameraNow: number): number | undefined {
  const until = textAt(answer, 'TerminationTime');
  const relative = readXsDuration(until);
  if (relative !== undefined) return relative;
  const end = readXsDateTime(until);
  return end === undefined ? undefined : end - (readXsDateTime(textAt(answer, 'CurrentTime')) ?? cameraNow);
}

const terminationTime = ({ times, clock, now }: SubscriptionPorts, isRelative: boolean): string =>
  isRelative ? formatXsDuration(times.lifetimeMs) : new Date(clock.cameraNow(now()) + times.lifetimeMs).toISOString();

const isAboutTermination = ({ code, text }: CameraFault): boolean =>
  code !== undefined && /termination|InvalidArg/i.test(text);

const addressing = (action: string, to: string, references: readonly string[] = []): readonly string[] => [
  `<wsa:Action>${action}</wsa:Action>`,
  `<wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID>`,
  `<wsa:To>${escapeXml(to)}</wsa:To>`,
  ...references,
];

const WSA = 'http://www.w3.org/2005/08/addressing';

/** A parameter as it goes back, marked as one; where the camera uses our prefix for something else, unmarked. */
function asReferenceParameter(parameter: XmlElement): string {
  const own = [...parameter.attributes].filter(([name]) => splitName(name)[1] !== 'IsReferenceParameter');
  const isFree = [undefined, WSA].includes(namespaceOf(parameter.scope, 'wsa'));
  return writeXml({ ...parameter, attributes: new Map(own) }, isFree ? ' wsa:IsReferenceParameter="true"' : '');
}

/** Measures the camera's clock by the answer, where it tells its time. */
async function timed(
  { clock, now }: SubscriptionPorts,
  call: () => Promise<Result<XmlElement, CameraFault>>,
): Promise<Result<XmlElement, CameraFault>> {
  const sentAt = now();
  const answer = await call();
  const cameraAt = answer.ok ? readXsDateTime(textAt(answer.value.children[0], 'CurrentTime')) : undefined;
  if (cameraAt !== undefined) clock.measure(cameraAt, sentAt, now());
  return answer;
}
