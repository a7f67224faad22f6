import type { ArmingPlan } from '../../../gateway/http/contract/places.ts';

export type Where = ArmingPlan['where'];

/** What a form holds of a place, as text: one region, one compound, one stretch of a line, devices by id. */
export type WhereFields = {
  region: string;
  compound: string;
  line: string;
  from: string;
  to: string;
  devices: string;
};

export const fieldsOf = (where: Where | undefined, ownRegion: string): WhereFields => ({
  region: where?.regions?.[0] ?? ownRegion,
  compound: where?.compounds?.[0] ?? '',
  line: where?.stretches?.[0]?.line ?? '',
  from: where?.stretches?.[0]?.from ?? '',
  to: where?.stretches?.[0]?.to ?? '',
  devices: (where?.devices ?? []).join(' '),
});

/** The place that the fields name; `more` is what the form does not show and must not lose. */
export function whereOf({ region, compound, line, from, to, devices }: WhereFields, more: Partial<Where> = {}): Where {
  const ids = devices.split(/[\s,，、]+/).filter((id) => id !== '');
  const stretch = { line, ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
  return {
    ...more,
    ...(region === '' ? {} : { regions: [region] }),
    ...(compound === '' ? {} : { compounds: [compound] }),
    ...(line === '' ? {} : { stretches: [stretch] }),
    ...(ids.length === 0 ? {} : { devices: ids }),
  };
}

/** Whether a form of one place each can hold it: what says more is changed through the interface. */
export const isSimple = ({ regions = [], compounds = [], stretches = [] }: Where): boolean =>
  regions.length <= 1 && compounds.length <= 1 && stretches.length <= 1;

/** One line that says where: the narrowest first. */
export function whereWords(where: Where, regionName: (code: string) => string): string {
  const stretches = (where.stretches ?? []).map(({ line, from, to }) =>
    from === undefined && to === undefined ? line : `${line} ${from ?? ''}–${to ?? ''}`,
  );
  const parts = [
    ...(where.devices ?? []),
    ...(where.compounds ?? []),
    ...stretches,
    ...(where.tags ?? []).map((tag) => `#${tag}`),
  ];
  const regions = (where.regions ?? []).map(regionName);
  return [...parts, ...(parts.length === 0 ? regions : [])].join('、');
}
