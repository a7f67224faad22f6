import { type ArmingPlan, isArmed, isUnderway, type MaintenanceWindow } from '../domain/arming.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import { fits, fitsDevice } from '../domain/where.ts';

/** A plan's answer holds for so long before it is asked again: hours change by the minute. */
const ANSWER_HOLDS_MS = 1_000;

type Applying = Readonly<{ device: Device; plans: readonly ArmingPlan[]; windows: readonly MaintenanceWindow[] }>;
type Answer = { isArmed: boolean; until: number };

/**
 * Which arming plans (布防计划) and maintenance windows (检修窗口) speak of a device. What applies is found once for
 * each device, again after a change; rows are bounded by the registry, plans by `PLANS_MAX`.
 */
export class PlaceRules {
  readonly #plans = new Map<string, ArmingPlan>();
  readonly #windows = new Map<string, MaintenanceWindow>();
  readonly #applying = new Map<DeviceId, Applying>();
  readonly #answers = new Map<string, Answer>();

  constructor(plans: Iterable<ArmingPlan>, windows: Iterable<MaintenanceWindow>) {
    for (const plan of plans) this.#plans.set(plan.id, plan);
    for (const window of windows) this.#windows.set(window.id, window);
  }

  plans = (): readonly ArmingPlan[] => [...this.#plans.values()];
  windows = (): readonly MaintenanceWindow[] => [...this.#windows.values()];
  plan = (id: string): ArmingPlan | undefined => this.#plans.get(id);
  window = (id: string): MaintenanceWindow | undefined => this.#windows.get(id);

  setPlan = (id: string, plan: ArmingPlan | undefined): void => this.#set(this.#plans, id, plan);
  setWindow = (id: string, window: MaintenanceWindow | undefined): void => this.#set(this.#windows, id, window);

  isUnderMaintenance(device: Device, at: number): boolean {
    if (this.#windows.size === 0) return false;
    return this.#of(device).windows.some((window) => isUnderway(window, at));
  }

  /** Whether plans speak of this type at this device, and none of them is armed. `at` is the gateway's clock. */
  isDisarmed(device: Device, type: string, at: number): boolean {
    if (this.#plans.size === 0) return false;
    const speaking = this.#of(device).plans.filter(({ where }) => fits(where, device, type));
    return speaking.length > 0 && !speaking.some((plan) => this.#isArmed(plan, at));
  }

  #isArmed(plan: ArmingPlan, at: number): boolean {
    const known = this.#answers.get(plan.id);
    if (known !== undefined && at < known.until && at >= known.until - ANSWER_HOLDS_MS) return known.isArmed;
    const answer = { isArmed: isArmed(plan, at), until: at + ANSWER_HOLDS_MS };
    this.#answers.set(plan.id, answer);
    return answer.isArmed;
  }

  #of(device: Device): Applying {
    const known = this.#applying.get(device.id);
    if (known?.device === device) return known; // a changed record is another object
    const applying = {
      device,
      plans: this.plans().filter(({ where }) => fitsDevice(where, device)),
      windows: this.windows().filter(({ where }) => fitsDevice(where, device)),
    };
    this.#applying.set(device.id, applying);
    return applying;
  }

  #set<T>(rows: Map<string, T>, id: string, row: T | undefined): void {
    if (row === undefined) rows.delete(id);
    else rows.set(id, row);
    this.#applying.clear();
    this.#answers.delete(id);
  }
}
