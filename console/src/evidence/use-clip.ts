import { onBeforeUnmount, type Ref, ref, watch } from 'vue';
import { Frames } from './frames.ts';
import { type Trouble, troubleWith } from './playable.ts';

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

/** One clip in a video element: where it stands, and what can be done with it. Times are seconds of the clip. */
export function useClip(video: Ref<HTMLVideoElement | undefined>, src: string) {
  const atS = ref(0);
  const durationS = ref(0);
  const isPlaying = ref(false);
  const speed = ref<number>(1);
  const trouble = ref<Trouble>();
  let frames: Frames | undefined;
  let frame = 0;

  watch(video, (element) => {
    frames = element === undefined ? undefined : new Frames(element);
  });
  watch([speed, video], () => {
    if (video.value !== undefined) video.value.playbackRate = speed.value;
  });

  /** The seek bar goes with the pictures while they play: `timeupdate` comes four times a second only. */
  function follow(): void {
    atS.value = video.value?.currentTime ?? 0;
    if (isPlaying.value) frame = requestAnimationFrame(follow);
  }
  onBeforeUnmount(() => cancelAnimationFrame(frame));

  async function explain(): Promise<void> {
    trouble.value = await troubleWith(src);
  }

  const events = {
    loadedmetadata(): void {
      const element = video.value;
      durationS.value = element?.duration ?? 0;
      if (element === undefined) return;
      // Sound alone, or nothing: the pictures are of a kind that this browser does not know.
      if (element.videoWidth === 0) void explain();
    },
    play(): void {
      isPlaying.value = true;
      follow();
    },
    pause(): void {
      isPlaying.value = false;
    },
    timeupdate: follow,
    seeked: follow,
    error: (): void => void explain(),
  };

  async function toggle(): Promise<void> {
    const element = video.value;
    if (element === undefined) return;
    if (!element.paused) return element.pause();
    if (element.ended) element.currentTime = 0;
    // Interrupted by a pause, or not playable: the element's own events tell.
    await element.play().catch(() => undefined);
  }

  function seek(toS: number): void {
    if (video.value === undefined) return;
    atS.value = toS;
    video.value.currentTime = toS;
  }

  const step = async (by: 1 | -1): Promise<void> => frames?.step(by);
  return { atS, durationS, isPlaying, speed, trouble, events, toggle, seek, step };
}
