import { mkdirSync, writeFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { loadCatalogue } from '../../config/catalogue.ts';
import { withProfilesOf } from '../codec-profiles.ts';
import { allCodecs } from './all-codecs.ts';
import { PAGES, pagesOf } from './pages.ts';

/* `node gateway/trial/write-pages.ts`: writes docs/integration/devices/ anew. */
mkdirSync(PAGES, { recursive: true });
const codecs = await allCodecs();
for (const [name, text] of pagesOf(codecs, withProfilesOf(codecs, loadCatalogue()).profiles)) {
  writeFileSync(new URL(name, PAGES), text);
  stdout.write(`${name}\n`);
}
