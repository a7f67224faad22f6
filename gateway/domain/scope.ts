import { isWithin, type RegionCode } from './region.ts';

/** What a person or centre may see (管辖范围): nodes of the division tree, railway lines and compounds. */
export type Scope = Readonly<{
  regions: readonly RegionCode[];
  /** Only these railway lines, where named. */
  lines?: readonly string[];
  /** Only these compounds, where named. */
  compounds?: readonly string[];
}>;

/** What is asked about: the region of a device or alarm, and its line and compound where it has one. */
export type Located = Readonly<{ region: RegionCode; line?: string | undefined; compound?: string | undefined }>;

/** The one rule of who may see what. A scope that names lines or compounds is narrowed to them inside its regions. */
export function covers(scope: Scope, { region, line, compound }: Located): boolean {
  if (!scope.regions.some((node) => isWithin(node, region))) return false;
  if (scope.lines !== undefined && (line === undefined || !scope.lines.includes(line))) return false;
  return scope.compounds === undefined || (compound !== undefined && scope.compounds.includes(compound));
}
