import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ANNOUNCEMENTS_MAX, SOUND_TYPES, type SoundType } from '../announcements.ts';
import { BodyFile } from './body-file.ts';
import { Announcement, AnnouncementList, AnnouncementName } from './contract/announcements.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { toIso } from './wire.ts';

const FILE_MAX_MIB = 20;
const FILE_MAX_BYTES = FILE_MAX_MIB * 1024 * 1024;
const EXPECTED = `a file of sound (${Object.keys(SOUND_TYPES).join(', ')}) of at most ${FILE_MAX_MIB} MiB`;
const ByName = z.object({ name: AnnouncementName });

class SoundFile extends BodyFile {
  readonly type: SoundType;

  constructor(type: SoundType, bytes: Buffer) {
    super(bytes);
    this.type = type;
  }
}

/** What loudspeakers play by its name (广播文件): an administrator keeps the files, whoever may speak hears of them. */
export const announcements: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, announcements: kept }) => {
  for (const type of Object.keys(SOUND_TYPES) as SoundType[]) {
    const options = { parseAs: 'buffer', bodyLimit: FILE_MAX_BYTES } as const;
    http.addContentTypeParser(type, options, async (_request: unknown, body: Buffer) => new SoundFile(type, body));
  }

  http.get(
    '/announcements',
    { schema: { response: { 200: AnnouncementList } }, preHandler: access.require('device.command') },
    async () => ({ items: (await kept.list()).map((one) => ({ ...one, at: toIso(one.at) })) }),
  );

  http.put(
    '/announcements/:name',
    {
      bodyLimit: FILE_MAX_BYTES,
      schema: {
        params: ByName,
        body: z.instanceof(SoundFile, { error: EXPECTED }),
        response: { 200: Announcement },
      },
      preHandler: access.require('device.write'),
    },
    async ({ params: { name }, body }) => {
      const one = await kept.keep(name, body.type, body.bytes);
      if (one.ok) return { ...one.value, at: toIso(one.value.at) };
      if (one.error === 'full')
        throw new Refused('conflict', { field: 'name', value: name, expected: `at most ${ANNOUNCEMENTS_MAX} files` });
      throw new Refused('bad-value', { field: '(body)', value: body.type, expected: EXPECTED });
    },
  );

  http.delete(
    '/announcements/:name',
    { schema: { params: ByName }, preHandler: access.require('device.write') },
    async ({ params: { name } }, reply) => {
      if (!(await kept.remove(name)))
        throw new Refused('not-found', { field: 'name', value: name, expected: 'the name of a file that is kept' });
      return await reply.code(204).send();
    },
  );
};
