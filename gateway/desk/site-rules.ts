import type { AlarmDefinition } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { SiteRule } from '../domain/rules.ts';
import { isWithinHours } from '../domain/schedule.ts';
import { fits } from '../domain/where.ts';

/** The definition as it holds for a device at a moment: of several rules that fit, the last one wins. */
export class SiteRules {
  /** Rules by the types they may speak of: most types have none. */
  readonly #rules: readonly SiteRule[];

  constructor(rules: readonly SiteRule[]) {
    this.#rules = rules;
  }

  definitionFor(definition: AlarmDefinition, device: Device, at: number): AlarmDefinition {
    if (this.#rules.length === 0) return definition;
    const fitting = this.#rules.filter(
      ({ where, hours }) => fits(where, device, definition.code) && (hours === undefined || isWithinHours(hours, at)),
    );
    return fitting.length === 0 ? definition : Object.assign({}, definition, ...fitting.map(({ set }) => set));
  }
}
