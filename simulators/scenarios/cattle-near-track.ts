import type { Scenario } from '../scenario.ts';

const collar = 'yz-collar-0031';
const camera = 'yz-cam-k812';
const warning = 'railway.cattle.warning';
const inside = 'RuleEngine/FieldDetector/ObjectsInside';

/** A cow walks towards the line, is seen by the camera there, and is driven away. */
export const cattleNearTrack: Scenario = {
  name: 'cattle-near-track',
  title: { zh: '耕牛靠近线路：K812+300', en: 'Cattle near the track, K812+300' },
  steps: [
    { afterMs: 0, device: collar, position: { lng: 114.562, lat: 27.8152 } }, // 320 m north of the fence
    { afterMs: 10_000, device: collar, position: { lng: 114.562, lat: 27.8132 } }, // 100 m
    { afterMs: 10_500, device: collar, event: { type: warning, active: true, value: 100, text: '距防护栅栏 100 米' } },
    { afterMs: 16_000, device: collar, position: { lng: 114.562, lat: 27.8126 } }, // 33 m: before the camera
    { afterMs: 18_000, device: camera, onvif: [inside, { ObjectId: 31, IsInside: true }] },
    { afterMs: 40_000, device: camera, onvif: [inside, { ObjectId: 31, IsInside: false }] },
    { afterMs: 45_000, device: collar, position: { lng: 114.562, lat: 27.8152 } },
    { afterMs: 46_000, device: collar, event: { type: warning, active: false, value: 320 } },
  ],
  raises: [
    { device: collar, type: warning },
    { device: camera, type: 'railway.perimeter.intrusion' },
  ],
};
