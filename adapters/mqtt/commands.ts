import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CommandFault, DeviceCommands, DeviceReply } from '../../gateway/domain/command.ts';
import { DEVICE_ID, type Device, type DeviceDirectory, type DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { check, type Faults } from '../../gateway/domain/zod-fault.ts';
import type { Codec, CommandRule, Reply } from '../codec/definition.ts';
import { readJson } from '../codec/payload.ts';
import { topicPattern } from '../codec/topic-pattern.ts';

/** Commands that wait for their replies at the same time, in the whole gateway. */
export const COMMANDS_MAX = 1_000;

export const REPLY_TOPIC = topicPattern('fengsui/v1/{device}/reply');
export const COMMAND_TOPIC = topicPattern('fengsui/v1/{device}/command');

const ReplyBody = z.object({
  id: z.string().min(1).max(128),
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});

/** A publish on its way out. */
export type Outgoing = Readonly<{
  /** Takes it back where it has not left yet: a command must not reach a device after its time. */
  withdraw(): void;
}>;

export type CommandPorts = Readonly<{
  directory: DeviceDirectory;
  now: () => number;
  /** Sends at QoS 1; undefined while the broker is away. */
  publish(topic: string, payload: string | Uint8Array): Outgoing | undefined;
  /** Families whose devices obey in words of their own. */
  codecs?: readonly Codec[];
}>;

type Pending = Readonly<{ device: DeviceId; settle(answer: Result<DeviceReply, CommandFault>): void }>;

/**
 * Commands to devices: on our own topics out on `command`, the answer on `reply` with the same id; to devices of a
 * family in its own words, which nobody answers.
 */
export class CommandDesk implements DeviceCommands {
  readonly #ports: CommandPorts;
  readonly #pending = new Map<string, Pending>();
  #lateReplies = 0;

  constructor(ports: CommandPorts) {
    this.#ports = ports;
  }

  /** Replies that nobody waited for any more. */
  get lateReplies(): number {
    return this.#lateReplies;
  }

  async send(
    device: DeviceId,
    { name, args }: Readonly<{ name: string; args: Readonly<Record<string, unknown>> }>,
    timeoutMs: number,
  ): Promise<Result<DeviceReply, CommandFault>> {
    const rule = this.#ruleOf(device, name);
    if (rule !== undefined) return this.#tell(rule.rule(args, rule.device));
    if (!this.#takesCommands(device)) return fault('not-supported', `${device} takes no commands over MQTT`);
    if (this.#pending.size >= COMMANDS_MAX) return fault('not-connected', `${COMMANDS_MAX} commands are waiting`);
    const id = randomUUID();
    // a device that hears of it only after a pause must be able to see that its time is over
    const expiresAt = new Date(this.#ports.now() + timeoutMs).toISOString();
    const { promise, resolve: settle } = Promise.withResolvers<Result<DeviceReply, CommandFault>>();
    this.#pending.set(id, { device, settle }); // before it leaves: the reply may be quicker than the way back
    const outgoing = this.#ports.publish(topicFor(device), JSON.stringify({ id, name, args, expiresAt }));
    if (outgoing === undefined) settle(fault('not-connected', 'the MQTT broker is not connected'));
    const timer = setTimeout(() => settle(fault('no-answer', `no reply within ${timeoutMs} ms`)), timeoutMs);
    const answer = await promise;
    clearTimeout(timer);
    this.#pending.delete(id);
    if (!answer.ok) outgoing?.withdraw();
    return answer;
  }

  /** A message on `fengsui/v1/{device}/reply`. Faults where it is none; only the device that was asked may answer. */
  answer(device: string, payload: Uint8Array): Faults | undefined {
    const body = readJson(payload);
    const reply = body.ok ? check(ReplyBody, body.value) : failed<Faults>([body.error]);
    if (!reply.ok) return reply.error;
    const pending = this.#pending.get(reply.value.id);
    if (pending === undefined || pending.device !== device) this.#lateReplies++;
    else pending.settle(ok(toReply(reply.value)));
    return undefined;
  }

  /** Nobody waits any longer. */
  stop(): void {
    for (const { settle } of this.#pending.values()) settle(fault('no-answer', 'the gateway is stopping'));
  }

  /** A family's own words are not answered: it was sent, and what the device says next shows what came of it. */
  #tell(message: Reply | string): Result<DeviceReply, CommandFault> {
    const id = randomUUID();
    if (typeof message === 'string') return ok({ id, ok: false, error: message });
    const outgoing = this.#ports.publish(message.topic, message.payload);
    if (outgoing === undefined) return fault('not-connected', 'the MQTT broker is not connected');
    return ok({ id, ok: true, result: 'sent' });
  }

  #ruleOf(id: DeviceId, name: string): Readonly<{ rule: CommandRule; device: Device }> | undefined {
    const device = this.#ports.directory.find(id);
    if (device?.enabled !== true) return undefined;
    const rules = (this.#ports.codecs ?? []).filter(({ family }) => family === device.profile);
    const rule = rules
      .map(({ commands }) => (Object.hasOwn(commands, name) ? commands[name] : undefined))
      .find((one) => one !== undefined);
    return rule === undefined ? undefined : { rule, device };
  }

  #takesCommands(id: DeviceId): boolean {
    const device = this.#ports.directory.find(id);
    return device?.enabled === true && device.profile === 'fengsui' && DEVICE_ID.test(id);
  }
}

/** The id has no `/`, `+` or `#`: `takesCommands` has checked it. */
const topicFor = (device: DeviceId): string => COMMAND_TOPIC.filter.replace('+', device);

const fault = (reason: CommandFault['reason'], text: string): Result<never, CommandFault> => failed({ reason, text });

const toReply = ({ id, ok: isDone, result, error }: z.infer<typeof ReplyBody>): DeviceReply => ({
  id,
  ok: isDone,
  ...(result === undefined ? {} : { result }),
  ...(error === undefined ? {} : { error }),
});
