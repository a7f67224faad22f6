import type { Recorded } from '../../journal/journal.ts';
import type { Audience, Audiences } from './audience.ts';
import type { Client, LiveNamespace } from './client.ts';
import { newsOf, type Places, type ScopedNews } from './news.ts';
import { Bulletin, concerns, pack } from './packed.ts';

export const wallRoom = (id: string): string => `wall/${id}`;

type HandingOut = Readonly<{ clients: LiveNamespace; audiences: Audiences<Client>; places: Places }>;

/** Gives entries to all whom they concern, in order: each is written out once, and each client gets one piece of bytes. */
export function handOut(entries: readonly Recorded[], { clients, audiences, places }: HandingOut): void {
  const heard = new Map<Audience<Client>, Bulletin[]>();
  for (const recorded of entries) {
    const news = newsOf(recorded, places);
    if (news === undefined) continue;
    if (news.kind === 'wall') {
      clients.to(wallRoom(news.wall.id)).emit('wall', news.wall);
      continue;
    }
    const bulletin = new Bulletin(news);
    for (const audience of concernedBy(news, audiences)) {
      const own = heard.get(audience);
      if (own === undefined) heard.set(audience, [bulletin]);
      else own.push(bulletin);
    }
  }
  for (const [{ filter, clients: own }, bulletins] of heard) {
    const packed = pack(bulletins, filter.isGathered);
    for (const client of own) client.send(packed);
  }
}

function concernedBy(news: ScopedNews, audiences: Audiences<Client>): ReadonlySet<Audience<Client>> {
  const concerned = new Set<Audience<Client>>();
  for (const { region } of news.kind === 'change' ? [news.where] : news.where) {
    for (const audience of audiences.above(region)) if (concerns(audience.filter, news)) concerned.add(audience);
  }
  return concerned;
}
