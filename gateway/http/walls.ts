import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import { badValue } from '../domain/bad-value.ts';
import type { DeviceId } from '../domain/device.ts';
import type { WallView } from '../domain/entry.ts';
import { Wall, WallInput } from './contract/video.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { deviceFor } from './scoped.ts';
import { toWall, wallOf } from './wire.ts';

const ById = z.object({ id: Wall.shape.id });

/** What the walls of screens show. The journal carries a change to every desk and wall that watches. */
export const walls: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, journal, queries, registry }) => {
  http.get(
    '/walls/:id',
    { schema: { params: ById, response: { 200: Wall } }, preHandler: access.require('wall.read') },
    async ({ params }) => {
      const wall = wallOf(queries, params.id);
      if (wall === undefined)
        throw new Refused('not-found', { field: 'id', value: params.id, expected: 'a wall’s id' });
      return toWall(wall);
    },
  );

  http.put(
    '/walls/:id',
    { schema: { params: ById, body: WallInput, response: { 200: Wall } }, preHandler: access.require('wall.write') },
    async ({ params, body, operator }) => {
      const subject = `wall/${params.id}`;
      // Read together, without a pause between: whoever writes in between is a conflict.
      const expectedVersion = journal.versionOf(subject);
      const present = wallOf(queries, params.id);
      const version = present?.version ?? 0;
      if (body.version !== version) throw conflict(version);
      const known = present === undefined ? new Set() : camerasOf(present);
      for (const camera of camerasOf(body)) if (!known.has(camera)) deviceFor(operator, registry, camera);
      if (body.tiles.length > body.layout) {
        throw refusedValue(badValue('bad-length', 'tiles', `${body.tiles.length}`, `at most ${body.layout}`));
      }
      const wall: WallView = { ...body, id: params.id, version: version + 1 };
      const entry = { kind: 'wall-put' as const, wall, by: actorOf(operator) };
      const [answer] = await journal.append([{ subject, expectedVersion, entries: [{ entry, alarm: undefined }] }]);
      if (answer?.ok !== true) throw conflict(wallOf(queries, params.id)?.version ?? 0);
      return toWall(wall);
    },
  );
};

/** Whoever puts a camera on a wall must see it; what is there already may stay, whoever sees it. */
const camerasOf = ({
  tiles,
  rotation,
  called,
}: Pick<WallView, 'tiles' | 'rotation' | 'called'>): ReadonlySet<DeviceId> =>
  new Set([
    ...tiles.filter((camera) => camera !== null),
    ...(rotation?.cameras ?? []),
    ...(called ?? []).map(({ camera }) => camera),
  ]);

const conflict = (version: number): Refused =>
  new Refused('conflict', { field: 'version', version, expected: `${version}` });
