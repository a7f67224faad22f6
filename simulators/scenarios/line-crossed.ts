import type { Scenario } from '../scenario.ts';

/** Somebody crosses the line that is drawn in the picture of a street camera. */
export const lineCrossed: Scenario = {
  name: 'line-crossed',
  title: { zh: '越线：雪亮工程灵泉广场摄像机', en: 'A line is crossed before the camera on Lingquan square' },
  steps: [
    { afterMs: 0, device: 'yz-cam-square-01', onvif: ['VideoSource/MotionAlarm', { State: true }] },
    { afterMs: 800, device: 'yz-cam-square-01', onvif: ['RuleEngine/LineDetector/Crossed', { ObjectId: 17 }] },
    { afterMs: 9_000, device: 'yz-cam-square-01', onvif: ['VideoSource/MotionAlarm', { State: false }] },
  ],
  raises: [{ device: 'yz-cam-square-01', type: 'camera.line.crossed' }],
};
