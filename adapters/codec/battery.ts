import type { Signal } from '../../gateway/domain/signal.ts';
import type { Draft, MessageContext } from './definition.ts';
import type { LastStates } from './last-states.ts';

/** In per cent of charge: between the two nothing changes, so that a battery at the edge does not flap. */
const OPENS_BELOW = 15;
const CLOSES_ABOVE = 25;
export const BATTERY_LOW = 'device.battery.low';

type Said = Readonly<{ device: string; id?: string | undefined; at?: number | undefined }>;

/** 电量低: the signal that a level of charge makes, where it is a change. */
export function batterySignal(
  states: LastStates,
  context: Pick<MessageContext, 'device' | 'isActive'>,
  said: Said,
  percent: number | undefined,
): readonly Draft<Signal>[] {
  if (percent === undefined || (percent >= OPENS_BELOW && percent <= CLOSES_ABOVE)) return [];
  const active = percent < OPENS_BELOW;
  if (!states.isNews(context, said.device, BATTERY_LOW, active)) return [];
  return [{ ...said, type: BATTERY_LOW, active, value: percent, unit: '%' }];
}
