/** @typedef {import('./system.mjs').SystemPart} SystemPart */

/**
 * What each task needs and starts. `program` runs with what stands behind `--`; without one, `test` has its own way and
 * `build` is over once everything is ready.
 * @type {Record<string, { system: SystemPart[], console: boolean, program?: string, about: string }>}
 */
export const TASKS = {
  demo: {
    system: ['ffmpeg', 'chineseFont'],
    console: true,
    program: 'simulators/demo/main.ts',
    about: '演示：网关、模拟设备、操作台 / gateway, simulators and console on this machine (--check: once, headless)',
  },
  start: {
    system: ['ffmpeg'],
    console: true,
    program: 'gateway/main.ts',
    about: '按配置启动网关 / the gateway with the configuration at FENGSUI_CONFIG',
  },
  test: {
    system: ['ffmpeg', 'mosquitto', 'influxdb', 'chromium', 'chineseFont'],
    console: true,
    about: '规范、类型、测试 / lint, types, tests',
  },
  bench: {
    system: ['ffmpeg', 'mosquitto', 'chineseFont'],
    console: false,
    program: 'bench/main.ts',
    about: '性能对比 / ratios against a bare floor (ingest, screen, video)',
  },
  'check-config': {
    system: [],
    console: false,
    program: 'config/check.ts',
    about: '检查配置文件 / names each fault of a settings file',
  },
  build: { system: [], console: true, about: '只做准备 / makes everything ready and ends' },
};
