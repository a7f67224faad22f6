import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { EMPTY_WALL } from './use-wall.ts';

const CALLED_MAX = 8;
/** Two desks may act on one wall at once: the second tries again on what the first one left. */
const ATTEMPTS = 3;

type Called = Readonly<{ alarm: string; camera: string }>;

/** The wall with this picture called onto it, whatever was taken down before. */
export function withCalled(wall: Wall, { alarm, camera }: Called): Omit<Wall, 'id'> {
  const { id: _, ...plan } = wall;
  const called = [...(plan.called ?? []).filter((one) => one.alarm !== alarm), { alarm, camera }].slice(-CALLED_MAX);
  return { ...plan, called, dismissed: (plan.dismissed ?? []).filter((one) => one !== alarm) };
}

/** Puts the picture of an alarm on a wall (上墙); answers what went wrong. */
export async function callOntoWall(screen: string, called: Called): Promise<Problem | undefined> {
  const path = `/walls/${encodeURIComponent(screen)}`;
  let problem: Problem | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const present = await ask<Wall>(path);
    if (!present.ok && present.problem.status !== 404) return present.problem;
    const wall = present.ok ? present.value : { ...EMPTY_WALL, id: screen };
    const answer = await ask<Wall>(path, { method: 'PUT', body: withCalled(wall, called) });
    if (answer.ok) return undefined;
    problem = answer.problem;
    if (problem.status !== 409) return problem;
  }
  return problem;
}
