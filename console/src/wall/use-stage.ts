import { storeToRefs } from 'pinia';
import { computed, type Ref, ref, watch } from 'vue';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { useAlarms } from '../alarms/alarms-store.ts';
import { isOpen } from '../alarms/states.ts';
import { useDevices } from '../devices/devices-store.ts';
import { useLive } from '../live/live-store.ts';
import { coveredTiles, EMPTY_STAGE, nextStage, type Stage } from './pop-ups.ts';
import { fillTiles, type Turn, turn, turnAt } from './rotation.ts';
import { shownTiles } from './tiling.ts';

/** One tile as it stands: its camera, and the alarm that brought it there. */
export type ShownTile = Readonly<{
  camera: string | null;
  alarm: Alarm | undefined;
  isRotated: boolean;
  isCovered: boolean;
}>;

const DEFAULT_EVERY_S = 20;

/** What a wall shows now: its own cameras, the page of its rotation, and the pictures of alarms over them. */
export function useStage(wall: Ref<Wall | undefined>) {
  const { now } = storeToRefs(useLive());
  const alarms = useAlarms();
  const devices = useDevices();
  const stage = ref<Stage>(EMPTY_STAGE);
  const rotation = ref<Turn>();

  const open = computed(() => alarms.all.filter(isOpen));
  const everyMs = computed(() => (wall.value?.rotation?.everyS ?? DEFAULT_EVERY_S) * 1000);
  const isPaused = computed(() => stage.value.ups.length > 0);
  /** Cameras that are away take no turn; they are counted. */
  const turning = computed(() => wall.value?.rotation?.cameras ?? []);
  const present = computed(() => turning.value.filter((camera) => devices.byId(camera)?.online !== false));
  const skipped = computed(() => turning.value.length - present.value.length);

  function step(): void {
    if (wall.value === undefined) return;
    stage.value = nextStage(stage.value, wall.value, open.value, now.value);
    const isTurning = wall.value.rotation?.isOn === true;
    rotation.value = isTurning ? move(rotation.value) : undefined;
  }

  const move = (was: Turn | undefined): Turn =>
    was === undefined ? turnAt(now.value, everyMs.value) : turn(was, now.value, everyMs.value, isPaused.value);

  watch([wall, open, now], step, { immediate: true });
  watch(turning, (cameras) => {
    for (const camera of cameras) void devices.want(camera);
  });

  const filled = computed(() => {
    if (wall.value === undefined) return [];
    const own = shownTiles(wall.value);
    return rotation.value === undefined ? own : fillTiles(own, present.value, rotation.value.page);
  });
  const tiles = computed<readonly ShownTile[]>(() => {
    const ups = new Map(stage.value.ups.map((up) => [up.tile, up]));
    const covered = wall.value === undefined ? new Set() : coveredTiles(wall.value, stage.value);
    return filled.value.map((camera, index) => {
      const up = ups.get(index);
      return {
        camera: up?.camera ?? camera,
        alarm: up === undefined ? undefined : alarms.byId(up.alarm),
        isRotated: up === undefined && camera !== null && (wall.value?.tiles[index] ?? null) === null,
        isCovered: covered.has(index),
      };
    });
  });
  const corner = computed(() => {
    const up = stage.value.ups.find(({ tile }) => tile === 'corner');
    return up === undefined ? undefined : { camera: up.camera, id: up.alarm, alarm: alarms.byId(up.alarm) };
  });
  const ups = computed(() => stage.value.ups);
  const waiting = computed(() => stage.value.waiting);
  return { tiles, corner, ups, waiting, skipped, isPaused };
}
