import { z } from 'zod';
import type { CommandFault } from '../../gateway/domain/command.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraControl } from './control.ts';

/** What `POST /devices/{id}/commands` may ask of a camera: its name, its arguments, and who does it. */
type Command = Readonly<{
  args: z.ZodType;
  run: (control: CameraControl, args: unknown) => Promise<Result<unknown, CameraFault>>;
}>;

const command = <T>(
  args: z.ZodType<T>,
  run: (control: CameraControl, args: T) => Promise<Result<unknown, CameraFault>>,
): Command => ({
  args,
  run: async (control, given) => {
    const read = args.safeParse(given);
    if (read.success) return await run(control, read.data);
    const [issue] = read.error.issues;
    return failed(cameraFault('bad-answer', `args.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`));
  },
});

const Nothing = z.strictObject({});
const Token = z.string({ error: 'a token of the camera, 1 to 64 characters' }).min(1).max(64);
const level = z.number({ error: "a number in the camera's own range" }).min(0).max(10_000).optional();
const Imaging = z.strictObject({
  brightness: level,
  saturation: level,
  contrast: level,
  sharpness: level,
  irCutFilter: z.enum(['auto', 'on', 'off'], { error: 'auto, on or off' }).optional(),
});

const COMMANDS: Readonly<Record<string, Command>> = {
  relay: command(
    z.strictObject({ token: Token.optional(), active: z.boolean({ error: 'true or false' }) }),
    (control, { token, active }) => control.relay(token, active),
  ),
  relays: command(Nothing, (control) => control.relays()),
  inputs: command(Nothing, (control) => control.inputs()),
  presets: command(Nothing, (control) => control.presets()),
  imaging: command(Imaging, (control, settings) => control.imaging(settings)),
  recordings: command(Nothing, (control) => control.recordings()),
  replay: command(z.strictObject({ recording: Token }), (control, { recording }) => control.replay(recording)),
  describe: command(Nothing, (control) => control.describe()),
};

/** The names that a camera understands. */
export const CAMERA_COMMANDS: readonly string[] = Object.keys(COMMANDS);

/**
 * Carries a command out. What the camera refused, or never had, is its answer (`ok: false` with the reason); a
 * CommandFault says that it did not get there.
 */
export async function runCommand(
  control: CameraControl,
  name: string,
  args: unknown,
): Promise<Result<Readonly<{ result?: unknown; error?: string }>, CommandFault>> {
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (known === undefined) {
    return failed({ reason: 'not-supported', text: `no command ${name}: ${CAMERA_COMMANDS.join(', ')}` });
  }
  const done = await known.run(control, args);
  if (done.ok) return ok(done.value === undefined ? {} : { result: done.value });
  const { reason, text } = done.error;
  if (reason === 'timeout') return failed({ reason: 'no-answer', text });
  if (reason === 'offline' || reason === 'unknown-device') return failed({ reason: 'not-connected', text });
  return ok({ error: `${reason}: ${text}` });
}
