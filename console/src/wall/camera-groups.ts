import type { Device } from '../../../gateway/http/contract/devices.ts';

export type Group = Readonly<{ name: string; cameras: readonly Device[]; online: number }>;

/** Cameras by the name of their place, groups and cameras in order of name; search keeps the group of what it finds. */
export function groupCameras(
  cameras: readonly Device[],
  nameOf: (region: string) => string,
  search: string,
): readonly Group[] {
  const wanted = search.trim().toLowerCase();
  const groups = new Map<string, Device[]>();
  for (const camera of cameras) {
    const name = nameOf(camera.region);
    const text = `${name}\n${camera.name}\n${camera.id}\n${camera.place?.km ?? ''}`.toLowerCase();
    if (text.includes(wanted)) groups.set(name, [...(groups.get(name) ?? []), camera]);
  }
  return [...groups]
    .map(([name, found]) => ({
      name,
      cameras: found.sort((a, b) => a.name.localeCompare(b.name, 'zh-CN')),
      online: found.filter(({ online }) => online).length,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'));
}

export type Row = { key: string; group: Group } | { key: string; camera: Device };

/** Groups and the cameras of those that are open, as one flat list of rows. */
export const rowsOf = (groups: readonly Group[], closed: ReadonlySet<string>): readonly Row[] =>
  groups.flatMap((group) => [
    { key: `group ${group.name}`, group },
    ...(closed.has(group.name) ? [] : group.cameras.map((camera) => ({ key: camera.id, camera }))),
  ]);
