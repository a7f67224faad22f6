import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { withProfilesOf } from '../../../gateway/codec-profiles.ts';
import { allCodecs } from '../../../gateway/trial/all-codecs.ts';
import { PAGES, pagesOf } from '../../../gateway/trial/pages.ts';

const codecs = await allCodecs();
const pages = pagesOf(codecs, withProfilesOf(codecs, loadCatalogue()).profiles);

it.each([...pages])('has the page %s as the code makes it (node gateway/trial/write-pages.ts)', (name, text) => {
  expect(readFileSync(new URL(name, PAGES), 'utf8')).toBe(text);
});

it('has no page of a family that is gone', () => {
  expect(readdirSync(PAGES).sort()).toEqual([...pages.keys()].sort());
});
