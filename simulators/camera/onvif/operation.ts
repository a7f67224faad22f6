import type { Prefix } from './namespaces.ts';
import type { Call } from './site.ts';
import type { Xml } from './xml.ts';

export type Operation = (call: Call) => Xml | Promise<Xml>;

/** A service: where it lives, the namespace of its operations, and the operations. */
export type Service = Readonly<{
  path: string;
  prefix: Prefix;
  /** Further namespaces of its operations. */
  speaks?: readonly Prefix[];
  version: Readonly<{ major: number; minor: number }>;
  operations: Readonly<Record<string, Operation>>;
}>;
