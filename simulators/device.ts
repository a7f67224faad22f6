import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Act, DeviceRecord, Family, Me, Says } from './family.ts';
import { openCall } from './ways/call.ts';
import type { Mouth } from './ways/mouth.ts';
import { openMqtt } from './ways/mqtt.ts';
import { openPolled } from './ways/polled.ts';
import { openPush } from './ways/push.ts';
import { openSip } from './ways/sip.ts';
import { openStream } from './ways/stream.ts';

const FOLDER = new URL('families/', import.meta.url);

/** The families that can be simulated: the files of the folder. */
export const FAMILIES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'));

/** Throws where there is no such family. */
export async function familyOf(name: string): Promise<Family> {
  if (!FAMILIES.includes(name)) throw new Error(`there is no family '${name}', expected ${FAMILIES.join(', ')}`);
  const file: Readonly<{ default: Family }> = await import(new URL(`${name}.ts`, FOLDER).href);
  return file.default;
}

export type DeviceOptions = Readonly<{
  /** The gateway or broker that it calls, or the address at which it stands and is called. */
  to: string;
  /** Its own name on its protocol. */
  name?: string;
  /** A platform's secret, a device's password. */
  secret?: string;
  /** Its sign-in at a broker. */
  username?: string;
  now?: () => number;
}>;

export type SimulatedDevice = Readonly<{
  /** Ready for the registry. */
  records: readonly DeviceRecord[];
  /** False where the family has no such word, such as the end of a pulse. */
  say: (act: Act) => Promise<boolean>;
  stop: () => Promise<void>;
}>;

/** Starts one device of a family; it says nothing until it is told to. Rejects when its way cannot be opened. */
export async function startDevice(one: Family, options: DeviceOptions): Promise<SimulatedDevice> {
  const { to, secret } = options;
  const who = new Who(one.name, options);
  switch (one.way) {
    case 'mqtt': {
      const { obeys } = one;
      const answer = obeys && {
        topic: obeys.listens(who.me()),
        answer: (heard: Parameters<typeof obeys.answer>[0]) => {
          const said = obeys.answer(heard, who.speaks());
          if (obeys.startsAnew) who.startsAnew();
          return said;
        },
      };
      const login = options.username === undefined ? {} : { username: options.username, password: secret ?? '' };
      return speaking(one, one.says, await openMqtt({ url: to, ...login }, answer), who);
    }
    case 'http':
      return speaking(one, one.says, openPush(to), who);
    case 'tcp':
      return speaking(one, one.says, await openCall(to), who);
    case 'sip':
      return speaking(one, one.says, await openSip(to, who.me().name, secret), who);
    case 'stream':
      return speaking(one, one.says, await openStream(to, one.boundary, secret), who);
    case 'polled':
      return speaking(one, one.says, await openPolled(to, one.unit), who);
    default:
      return one satisfies never;
  }
}

/** Counts what is said. */
class Who {
  readonly #name: string;
  readonly #secret: string | undefined;
  readonly #now: () => number;
  #nth = 0;
  #round = 0;

  constructor(name: string, options: DeviceOptions) {
    this.#name = options.name ?? name;
    this.#secret = options.secret;
    this.#now = options.now ?? Date.now;
  }

  me = (): Me => ({ name: this.#name, nth: this.#nth, round: this.#round, now: this.#now(), secret: this.#secret });

  speaks(act?: Act): Me {
    if (act === 'alarm') this.#round += 1;
    const me = this.me();
    this.#nth += 1;
    return me;
  }

  startsAnew(): void {
    this.#nth = 1;
  }
}

function speaking<Message>(one: Family, says: Says<Message>, mouth: Mouth<Message>, who: Who): SimulatedDevice {
  const { connection } = mouth;
  return {
    records: one
      .records(who.me().name)
      .map((record) => (connection === undefined ? record : { ...record, connection })),
    say: async (act) => {
      const words = says[act];
      if (words === undefined) return false;
      for (const message of words(who.speaks(act))) await mouth.say(message);
      return true;
    },
    stop: mouth.close,
  };
}
