import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { formatKm, parseKm } from '../domain/km.ts';
import type { LineSurvey } from '../domain/line-survey.ts';
import type { PatrolSection, RailwayLine } from '../domain/railway-line.ts';
import { LineName, LineView, NearDevices, NearQuery } from './contract/railway.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { seesDevice } from './scoped.ts';

const ById = z.object({ id: z.string().min(1).max(40) });

/** The railway lines. Their course is public knowledge; the devices beside them are shown within the scope. */
export const lines: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, lines: book, registry }) => {
  const preHandler = access.require('region.read');
  const known = (id: string): LineSurvey => {
    const survey = book.find(id);
    if (survey !== undefined) return survey;
    const expected = `one of ${book
      .lines()
      .map((line) => line.id)
      .join(', ')}`;
    throw new Refused('not-found', { field: 'line', value: id, expected });
  };

  http.get(
    '/lines',
    { schema: { response: { 200: z.object({ items: z.array(LineName) }) } }, preHandler },
    async () => ({ items: book.lines().map(({ id, zh, en }) => ({ id, zh, en })) }),
  );

  http.get('/lines/:id', { schema: { params: ById, response: { 200: LineView } }, preHandler }, async ({ params }) =>
    toLine(known(params.id)),
  );

  http.get(
    '/lines/:id/near',
    {
      schema: { params: ById, querystring: NearQuery, response: { 200: NearDevices } },
      preHandler: access.require('device.read'),
    },
    async ({ params, query: { km, kind, withinM, limit }, operator }) => {
      const survey = known(params.id);
      const post = parseKm(km);
      if (!post.ok) throw refusedValue(post.error);
      const accept = (id: string): boolean => {
        const device = registry.find(id);
        return (
          device !== undefined && seesDevice(operator, device) && (kind === undefined || kind.includes(device.kind))
        );
      };
      const near = book.nearest(params.id, post.value, { withinM, limit, accept });
      const [place] = survey.placesOf(post.value);
      return {
        items: near.map(({ device, alongM }) => ({
          device,
          name: registry.find(device)?.name ?? device,
          kind: registry.find(device)?.kind ?? 'sensor',
          online: registry.presence(device).online,
          alongM: Math.round(alongM),
        })),
        sections: book
          .sectionsNear(params.id, post.value, withinM, limit)
          .map(({ section, alongM }) => ({ ...toSection(section), alongM: Math.round(alongM) })),
        ...(place === undefined ? {} : { place: { lng: place.lng, lat: place.lat } }),
      };
    },
  );
};

function toLine({ line, lengthM, kmAt }: LineSurvey): LineView {
  return {
    id: line.id,
    zh: line.zh,
    en: line.en,
    from: formatKm(kmAt(0)),
    to: formatKm(kmAt(lengthM)),
    lengthM: Math.round(lengthM),
    points: line.points.map(({ lng, lat }) => [lng, lat]),
    stations: line.stations.map(({ kmValue, ...station }) => ({ ...station, km: formatKm(kmValue), kmValue })),
    structures: line.structures.map(({ kind, zh, en, ...range }) => ({ kind, zh, en, ...posts(range) })),
    sections: line.sections.map(toSection),
    brokenChainage: brokenChainage(line),
    fence: line.fence,
  };
}

const toSection = ({ id, zh, en, teams, ...range }: PatrolSection) => ({
  id,
  zh,
  en,
  ...posts(range),
  teams: [...teams],
});

const posts = ({ fromKm, toKm }: Readonly<{ fromKm: number; toKm: number }>) => ({
  from: formatKm(fromKm),
  to: formatKm(toKm),
  fromKm,
  toKm,
});

/** Where the numbers jump (断链): the post as it is counted from behind, and from where it goes on. */
const brokenChainage = ({ points }: RailwayLine): LineView['brokenChainage'] =>
  points.flatMap(({ kmValue, kmAhead }) =>
    kmValue === undefined || kmAhead === undefined
      ? []
      : [{ behind: formatKm(kmValue), ahead: formatKm(kmAhead), gapM: kmAhead - kmValue }],
  );
