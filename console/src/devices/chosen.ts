/** What is chosen in a list, by id: one by one, from the last one chosen to this one, or all that are shown. */
export type Chosen = Readonly<{ ids: ReadonlySet<string>; from: string | undefined }>;

export const NONE_CHOSEN: Chosen = { ids: new Set(), from: undefined };

/** `shown` are the ids in the list's order; `isRange` takes all between the last one chosen and this. */
export function toggled({ ids, from }: Chosen, id: string, shown: readonly string[], isRange: boolean): Chosen {
  const next = new Set(ids);
  const [first, last] = [shown.indexOf(from ?? id), shown.indexOf(id)].sort((a, b) => a - b);
  const range = isRange && first !== undefined && first >= 0 ? shown.slice(first, (last ?? first) + 1) : [id];
  const isTaken = !ids.has(id);
  for (const one of range) {
    if (isTaken) next.add(one);
    else next.delete(one);
  }
  return { ids: next, from: id };
}

/** All that are shown, or none where they all are chosen. */
export function allToggled({ ids }: Chosen, shown: readonly string[]): Chosen {
  const isAll = shown.length > 0 && shown.every((id) => ids.has(id));
  return isAll ? NONE_CHOSEN : { ids: new Set(shown), from: undefined };
}
