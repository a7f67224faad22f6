import type { Direction } from './km.ts';

/** Where something is. Coordinates are WGS-84 degrees; `kmValue` is in metres along `line`. */
export type Place = Readonly<{
  name?: string;
  lng?: number;
  lat?: number;
  line?: string;
  km?: string;
  kmValue?: number;
  direction?: Direction;
}>;
