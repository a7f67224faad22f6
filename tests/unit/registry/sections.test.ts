import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { LineBook } from '../../../gateway/registry/line-book.ts';

const [line] = loadCatalogue().lines;
if (line === undefined) throw new Error('no line is shipped');
const section = (id: string, fromKm: number, lengthM: number) => ({
  id,
  zh: id,
  en: id,
  fromKm,
  toKm: fromKm + lengthM,
  teams: [`${id}队`],
});

it('finds the sections around a post as looking at each of them would, nearest first', () => {
  const one = fc.record({
    from: fc.integer({ min: 700_000, max: 850_000 }),
    lengthM: fc.integer({ min: 100, max: 15_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 700_000, max: 860_000 }),
      (rows, post) => {
        const sections = rows.map(({ from, lengthM }, index) => section(`s${index}`, from, lengthM));
        const book = new LineBook([{ ...line, sections }]);
        const at = (kmValue: number) => book.find(line.id)?.placesOf(kmValue)[0]?.at ?? Number.NaN;
        const away = sections
          .map(({ fromKm, toKm }) => Math.max(0, at(fromKm) - at(post), at(post) - at(toKm)))
          .filter((metres) => metres <= 5_000)
          .sort((a, b) => a - b);
        const found = book.sectionsNear(line.id, post, 5_000, 50).map(({ alongM }) => alongM);
        expect(found.map(Math.round)).toEqual(away.map(Math.round));
      },
    ),
  );
});

it('knows no section of a line that is not there, or off its posts', () => {
  const book = new LineBook([line]);
  expect(book.sectionsNear('nowhere', 812_300, 5_000, 5)).toEqual([]);
  expect(book.sectionsNear(line.id, 1, 5_000, 5)).toEqual([]);
  expect(book.sectionsNear(line.id, 812_300, 1, 5).map(({ section: { teams } }) => teams)).toEqual([
    ['彬江一队', '彬江二队'],
  ]);
});
