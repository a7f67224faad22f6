import type { Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import type { Codec } from '../codec/definition.ts';
import { type TopicPattern, topicPattern } from '../codec/topic-pattern.ts';
import { COMMAND_TOPIC } from './commands.ts';

const OWN = topicPattern('fengsui/v1/{device}/{rest*}');

/**
 * What devices that sign in may say and hear at the embedded broker: on our topics each its own, on a family's topics
 * those whose profile it is. A gateway or recorder speaks for the devices behind it.
 */
export class Rights {
  readonly #codecs: readonly Codec[];
  readonly #directory: Pick<DeviceDirectory, 'find'>;

  constructor(codecs: readonly Codec[], directory: Pick<DeviceDirectory, 'find'>) {
    this.#codecs = codecs;
    this.#directory = directory;
  }

  /** Why this device may not speak here, nor its last will; undefined: it may. Without a device nobody needs to sign in. */
  obstacleTo(device: DeviceId | undefined, topic: string): string | undefined {
    if (topic.startsWith('$')) return 'the broker speaks here';
    if (COMMAND_TOPIC.match(topic) !== undefined) return 'only the gateway gives commands';
    const isOwn = device === undefined || OWN.match(topic)?.['device'] === device;
    return isOwn || this.#isOfItsFamily(device, topic) ? undefined : "not this device's own topic";
  }

  /** Whether it may listen: to its own commands only, and of our topics with no wildcard. */
  maySubscribe(device: DeviceId | undefined, filter: string): boolean {
    if (device === undefined || COMMAND_TOPIC.match(filter)?.['device'] === device) return true;
    const record = this.#directory.find(device);
    return record !== undefined && this.#listensOf(record).some((pattern) => isOwn(record, pattern, filter));
  }

  /** Whether what `sender` says may be about this device: itself, what is registered behind it, or its zones. */
  mayTellOf(sender: DeviceId | undefined, about: DeviceId): boolean {
    if (sender === undefined || sender === about) return true;
    const [from, of] = [this.#directory.find(sender), this.#directory.find(about)];
    if (from === undefined || of === undefined || of.profile !== from.profile)
      return from !== undefined && of === undefined;
    return speaksForOthers(from) || of.parent === sender || isZoneOf(from, of);
  }

  #isOfItsFamily(device: DeviceId, topic: string): boolean {
    const record = this.#directory.find(device);
    if (record === undefined) return false;
    const patterns = this.#codecs.filter(({ family }) => family === record.profile).flatMap(({ topics }) => topics);
    return patterns.some((pattern) => isOwn(record, pattern, topic));
  }

  #listensOf = ({ profile }: Device): readonly TopicPattern[] =>
    this.#codecs.filter(({ family }) => family === profile).flatMap(({ listens }) => listens);
}

const speaksForOthers = ({ kind }: Device): boolean => kind === 'gateway' || kind === 'recorder';
const namesOf = ({ id, aliases = [] }: Device): readonly string[] => [id, ...aliases];

/** A panel's or host's zone: its alias begins with one of the panel's names, or the panel's record lists it. */
function isZoneOf(panel: Device, zone: Device): boolean {
  const zones = panel.settings?.['zones'];
  const isListed = typeof zones === 'object' && zones !== null && Object.values(zones).includes(zone.id);
  return isListed || namesOf(panel).some((name) => namesOf(zone).some((alias) => alias.startsWith(`${name}/`)));
}

/**
 * Whether a topic of the family is this device's: where the topic names a device at all, the name must be its own. What
 * a message on a topic without names tells of is looked at once it is read.
 */
function isOwn(device: Device, pattern: TopicPattern, topic: string): boolean {
  const captures = pattern.match(topic);
  if (captures === undefined) return false;
  const said = Object.values(captures);
  if (speaksForOthers(device) || said.length === 0) return true;
  const names = namesOf(device);
  const joined = said.map((_one, index) => said.slice(index).join('/'));
  return [...said, ...joined].some((name) => names.includes(name)) || (!('device' in captures) && hasNoName(captures));
}

/** Parts of a topic that never name a device. */
const NO_NAMES = new Set(['code', 'event', 'rest']);
const hasNoName = (captures: Readonly<Record<string, string>>): boolean =>
  Object.keys(captures).every((name) => NO_NAMES.has(name));
