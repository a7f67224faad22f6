import { isWithin } from '../domain/region.ts';
import type { Scope } from '../domain/scope.ts';

/** Whether everything that `inner` sees is seen by `outer` too: one's own scope bounds what one may grant. */
export function isScopeWithin(outer: Scope, inner: Scope): boolean {
  const areRegionsInside = inner.regions.every((region) => outer.regions.some((node) => isWithin(node, region)));
  return areRegionsInside && isListWithin(outer.lines, inner.lines) && isListWithin(outer.compounds, inner.compounds);
}

/** A list that is not there stands for everything. */
function isListWithin(outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean {
  if (outer === undefined) return true;
  return inner?.every((name) => outer.includes(name)) ?? false;
}

/** The regions that `scope` and `asked` have in common; undefined when one that is asked for lies outside. */
export function narrowedTo(scope: Scope, asked: readonly string[] | undefined): readonly string[] | undefined {
  if (asked === undefined) return scope.regions;
  const common = asked.map((region) =>
    scope.regions.some((node) => isWithin(node, region))
      ? [region]
      : scope.regions.filter((node) => isWithin(region, node)),
  );
  return common.some((regions) => regions.length === 0) ? undefined : common.flat();
}
