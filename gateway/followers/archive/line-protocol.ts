import type { FieldValue, Point } from './point.ts';

/** InfluxDB 1.x stores at most 64 KiB of a text; what is longer tells a chart nothing. */
const TEXT_MAX_CHARS = 4_000;
const TAG_MAX_CHARS = 200;

/**
 * Text as a tag can hold it. InfluxDB 1.x has no way to write a line break in a tag, nor a backslash before the mark
 * that ends it; such texts come from a device's own words only, and get `_` instead.
 */
export const tagText = (text: string): string =>
  text
    .toWellFormed()
    .slice(0, TAG_MAX_CHARS)
    .toWellFormed()
    .replace(/[\p{Cc}\\]/gu, '_');

/** Text as a field holds it: all of Unicode but the NUL that ends a string in other hands. */
export const fieldText = (text: string): string =>
  text.toWellFormed().slice(0, TEXT_MAX_CHARS).toWellFormed().replaceAll('\u0000', '_');

const escapeKey = (text: string): string => tagText(text).replace(/[,= ]/g, '\\$&');
const quote = (text: string): string => `"${fieldText(text).replace(/["\\]/g, '\\$&')}"`;

function formatField(value: FieldValue): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
      return `${value}i`;
    case 'number':
      return String(value);
    default:
      return value ? 'true' : 'false';
  }
}

/**
 * One point as a line, nanosecond precision; whatever is in it, it stays one point. Tags without text are left out.
 * Source: InfluxDB 1.8 line protocol reference; the server's own reader (models/points.go) where that is silent.
 */
export function formatLine({ measurement, tags, fields, atNs }: Point): string {
  const tagList = Object.entries(tags)
    .filter(([, text]) => text !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1)) // the order in which the server keeps them
    .map(([key, text]) => `,${escapeKey(key)}=${escapeKey(text)}`);
  const fieldList = Object.entries(fields).map(([key, value]) => `${escapeKey(key)}=${formatField(value)}`);
  return `${escapeKey(measurement)}${tagList.join('')} ${fieldList.join(',')} ${atNs}`;
}
