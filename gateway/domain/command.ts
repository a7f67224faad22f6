import type { DeviceId } from './device.ts';
import type { Result } from './result.ts';

/** What a device answered to a command, in its own words. */
export type DeviceReply = Readonly<{ id: string; ok: boolean; result?: unknown; error?: string }>;

/**
 * Why there is no answer. `no-answer` after the time limit: the device may or may not have done it, and nobody may
 * send it again unasked. `not-connected`: it was not sent. `not-supported`: this device takes no commands.
 */
export type CommandFault = Readonly<{ reason: 'no-answer' | 'not-connected' | 'not-supported'; text: string }>;

/** The way to devices that obey: a door, a loudspeaker, a light. */
export interface DeviceCommands {
  send(
    device: DeviceId,
    command: Readonly<{ name: string; args: Readonly<Record<string, unknown>> }>,
    timeoutMs: number,
  ): Promise<Result<DeviceReply, CommandFault>>;
}
