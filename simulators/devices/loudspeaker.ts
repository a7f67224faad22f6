import { z } from 'zod';
import { type DeviceEvent, type DeviceOptions, MqttDevice } from './mqtt-device.ts';

/** Something that was called out, and when, in milliseconds since 1970. */
export type Call = Readonly<{ at: number; phrase: string }>;

/** A loudspeaker (广播喊话): does `broadcast` `{ phrase }` and keeps what it said. */
export type Loudspeaker = Readonly<{
  id: string;
  /** Says anything else that such a device may say. */
  report(event: DeviceEvent): Promise<void>;
  /** The last hundred calls, the oldest first. */
  said(): readonly Call[];
  stop(): Promise<void>;
  vanish(): Promise<void>;
}>;

const CALLS_MAX = 100;
const Args = z.object({ phrase: z.string().min(1).max(200) });

export async function startLoudspeaker(options: DeviceOptions): Promise<Loudspeaker> {
  const calls: Call[] = [];
  const device = await MqttDevice.open(options, {
    broadcast: (args) => {
      const asked = Args.safeParse(args);
      if (!asked.success) throw new Error('expected phrase, a text of 1 to 200 characters');
      calls.push({ at: device.now(), phrase: asked.data.phrase });
      if (calls.length > CALLS_MAX) calls.shift();
      return { phrase: asked.data.phrase };
    },
  });
  return {
    id: device.id,
    said: () => [...calls],
    report: (event) => device.event(event),
    stop: () => device.stop(),
    vanish: () => device.vanish(),
  };
}
