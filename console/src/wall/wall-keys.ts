import { isTyping, type Pressed } from '../alarms/keys.ts';
import { across, LAYOUTS, type Layout } from './tiling.ts';

/** What a key does beside the wall's preview (CONSOLE, keys). */
export type WallKey =
  | Readonly<{ act: 'layout'; layout: Layout }>
  | Readonly<{ act: 'pick'; tile: number }>
  | Readonly<{ act: 'rotate' | 'former' | 'clear' }>;

/** How far an arrow goes: across and down. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Arrows alone steer the camera of a picked tile: with Ctrl they pick another one. */
export function wallKey(event: Pressed, layout: Layout, tile: number | undefined): WallKey | undefined {
  if (event.isComposing || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) return event.ctrlKey || tile === undefined ? picked(arrow, layout, tile) : undefined;
  if (event.ctrlKey || event.repeat) return undefined;
  switch (event.key.toLowerCase()) {
    case 'l':
      return { act: 'layout', layout: beside(layout, event.shiftKey === true ? -1 : 1) };
    case 'p':
      return { act: 'rotate' };
    case 'backspace':
      return tile === undefined ? undefined : { act: 'former' };
    case 'delete':
      return tile === undefined ? undefined : { act: 'clear' };
    default:
      return undefined;
  }
}

function picked([right, down]: readonly [number, number], layout: Layout, tile: number | undefined): WallKey {
  if (tile === undefined) return { act: 'pick', tile: 0 };
  const side = across(layout);
  const within = (at: number): number => Math.min(Math.max(at, 0), side - 1);
  return { act: 'pick', tile: within(Math.floor(tile / side) + down) * side + within((tile % side) + right) };
}

const beside = (layout: Layout, step: number): Layout =>
  LAYOUTS[(LAYOUTS.indexOf(layout) + step + LAYOUTS.length) % LAYOUTS.length] ?? layout;
