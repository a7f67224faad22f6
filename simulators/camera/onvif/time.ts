import { badArgument } from './fault.ts';

/** Milliseconds in an xs:duration without years and months. Source: XML Schema Part 2, 3.2.6. Throws a SoapFault. */
export function parseDuration(text: string): number {
  const parts = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (parts === null) throw badArgument(`'${text}' is not a duration such as PT60S`, 'ter:InvalidArgVal');
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** The moment that an xs:dateTime or, counted from `now`, an xs:duration names. Throws a SoapFault. */
export function parseMoment(text: string, now: number): number {
  if (text.startsWith('P')) return now + parseDuration(text);
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw badArgument(`'${text}' is neither a duration nor a time`, 'ter:InvalidArgVal');
  return at;
}
