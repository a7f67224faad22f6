import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { may, type Operator } from '../access/operator.ts';
import { RoleSchema } from '../access/permissions.ts';
import type { PtzAct } from '../domain/camera.ts';
import { holdAfter, isSameSeat, type PtzHold, type PtzSeeker } from '../domain/ptz-hold.ts';
import type { PtzFault, PtzHalt } from '../ptz-desk.ts';
import { cameraFor, refusalOf } from './camera-answers.ts';
import { type PtzCommand as Command, PtzCommand, type PtzHolder, PtzState } from './contract/video.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { seesDevice } from './scoped.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });

/** A camera's head (云台): what it can do, who steers it, and steering it. */
export const ptz: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, cameras, now, log }) => {
  http.get(
    '/cameras/:id/ptz',
    { schema: { params: ById, response: { 200: PtzState } }, preHandler: access.require('camera.view') },
    async ({ params, operator, holder }) => {
      const { id } = cameraFor(operator, registry, params.id);
      const abilities = await cameras.ptzAbilities(id);
      if (!abilities.ok) throw refusalOf(abilities.error);
      const { turns, zoomsTo, presets } = abilities.value;
      const hold = cameras.ptz.holdOf(id);
      const asking = seekerOf(operator, holder?.tokenHash);
      const mayTake = may(operator, 'camera.ptz') && holdAfter(hold, asking, now()).ok;
      return { turns, zoomsTo, presets: [...presets], ...(hold === undefined ? {} : holdFor(hold, asking)), mayTake };
    },
  );

  http.post(
    '/cameras/:id/ptz',
    {
      schema: { params: ById, body: PtzCommand, response: { 204: z.undefined() } },
      preHandler: access.require('camera.ptz'),
    },
    async (request, reply) => {
      const { operator, holder, body } = request;
      const { id } = cameraFor(operator, registry, request.params.id);
      const seeker = seekerOf(operator, holder?.tokenHash);
      const act = actOf(body);
      if (act === undefined) {
        await request.auditNow('camera.ptz', `${id} release`);
        answer(seeker, await cameras.ptz.release(id, seeker));
        return reply.code(204).send();
      }
      const grant = cameras.ptz.claim(id, seeker, act);
      if (!grant.ok) throw refusalFor(seeker, grant.error);
      // A move is one act in the trail, from its beginning to its end, however often it is repeated.
      if (grant.value.isRepeat) request.isAudited = true;
      else await request.auditNow('camera.ptz', `${id} ${act.act}`);
      answer(seeker, await grant.value.carryOut());
      return reply.code(204).send();
    },
  );

  /** What the gateway stopped stands in the trail of the one who moved it. */
  async function record({ camera, holder, reason, fault }: PtzHalt): Promise<void> {
    if (fault !== undefined) log.warn({ device: camera, reason: fault.reason }, 'camera did not take the stop');
    const by = access.find(holder.username);
    if (by === undefined) return; // removed, which is in the trail itself
    await access.audit({ by, act: 'camera.ptz', object: `${camera} stop: ${reason}`, result: 'done', from: undefined });
  }

  const isOver = (camera: string, { username, session }: PtzSeeker): boolean => {
    const operator = access.holderOfHash(session)?.operator;
    const device = registry.find(camera);
    if (operator?.username !== username || device === undefined) return true;
    return !may(operator, 'camera.ptz') || !seesDevice(operator, device);
  };
  const endings = [
    access.onChange(() => cameras.ptz.dismiss(isOver)),
    cameras.ptz.onHalt((halt) => {
      record(halt).catch((error: unknown) =>
        log.error({ err: error, device: halt.camera }, 'a stop is not in the trail'),
      );
    }),
    () => cameras.ptz.close(),
  ];
  http.addHook('onClose', async () => {
    for (const end of endings) end();
  });
};

const seekerOf = ({ username, displayName, role, centre }: Operator, session = ''): PtzSeeker => ({
  username,
  displayName,
  session,
  role,
  centre,
});

/** Undefined: to give it back. A move that goes nowhere is a stop. */
function actOf(command: Command): PtzAct | undefined {
  if (command.act === 'release') return undefined;
  if (command.act !== 'move') return command;
  const { act, timeoutMs, ...move } = command;
  return Object.values(move).every((speed) => speed === 0) ? { act: 'stop' } : { act, timeoutMs, move };
}

function answer(seeker: PtzSeeker, done: Readonly<{ ok: true }> | Readonly<{ ok: false; error: PtzFault }>): void {
  if (!done.ok) throw refusalFor(seeker, done.error);
}

function refusalFor(seeker: PtzSeeker, fault: PtzFault): Refused {
  if (fault.hold === undefined) return refusalOf(fault);
  const held = holdFor(fault.hold, seeker);
  return new Refused('ptz-held', { ...held, detail: `${held.holder.name} until ${held.until}` });
}

function holdFor({ holder, until }: PtzHold, asking: PtzSeeker): { holder: PtzHolder; until: string } {
  const { displayName, username, role, centre } = holder;
  const shown = {
    name: displayName ?? username,
    role: RoleSchema.parse(role),
    centre,
    isSelf: isSameSeat(holder, asking),
  };
  return { holder: shown, until: toIso(until) };
}
