import type { Device } from '../../gateway/domain/device.ts';

/** What the registry of `startHttpGateway` holds. */
export const DEVICES: readonly Omit<Device, 'version'>[] = [
  {
    id: 'yz-fence-k812',
    kind: 'railway',
    profile: 'fengsui',
    name: '振动光纤 K812',
    region: '360902001000',
    place: { line: '沪昆线', km: 'K812+300', direction: 'down' },
    cameras: ['camera-k812'],
    enabled: true,
  },
  {
    id: 'camera-k812',
    kind: 'camera',
    profile: 'onvif',
    name: '摄像机 K812',
    region: '360902001000',
    place: { line: '沪昆线', km: 'K812+310' },
    connection: { url: 'http://127.0.0.1:1/onvif', username: 'fengsui', password: 'camera-secret' },
    enabled: true,
  },
  {
    id: 'zs-door-1',
    kind: 'access',
    profile: 'fengsui',
    name: '1栋 1单元门',
    region: '360982001000',
    compound: 'yaodu-garden',
    place: { name: '药都花园 1栋' },
    enabled: true,
  },
];
