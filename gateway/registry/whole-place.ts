import type { Place } from '../domain/place.ts';
import { knownPlace } from './known-place.ts';
import type { LineBook } from './line-book.ts';

/** A place that is told by coordinates belongs to a line that it is so near to, in metres. */
const BESIDE_LINE_M = 300;

/**
 * Where something happened: what the signal says of it, else where its device stands; with the post of its coordinates,
 * or the coordinates of its post. A signal that says where keeps nothing of the device's own post and coordinates: a
 * host of forty kilometres of fibre stands in its hut.
 */
export function wholePlace(lines: LineBook, own: Place, said: Place | undefined): Place {
  if (said === undefined || Object.keys(said).length === 0) return lines.withPoint(own);
  if (said.lng !== undefined) return lines.withPost(posted(said), BESIDE_LINE_M);
  if (said.km === undefined && said.kmValue === undefined) return lines.withPoint({ ...own, ...said });
  const { line, direction } = own;
  const beside = { ...(line === undefined ? {} : { line }), ...(direction === undefined ? {} : { direction }) };
  return lines.withPoint({ ...beside, ...posted(said) });
}

/** With both forms of its post; a post that is none stays as the device wrote it. */
function posted(said: Place): Place {
  const known = knownPlace(said);
  return known.ok ? known.value : said;
}
