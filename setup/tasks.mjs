/** @typedef {import('./system.mjs').SystemPart} SystemPart */

/**
 * What each task needs and starts. `program` runs with what stands behind `--`, after `words`; without one, `test` has its
 * own way and `build` is over once everything is ready. With `takesFiles` what stands there are files, with `fileOptions`
 * what stands behind such an option is one.
 * @type {Record<string, { system: SystemPart[], console: boolean, program?: string, words?: string[], takesFiles?: boolean, fileOptions?: string[], about: string }>}
 */
export const TASKS = {
  demo: {
    system: ['ffmpeg', 'speech', 'chineseFont'],
    console: true,
    program: 'simulators/demo/main.ts',
    about: '演示：网关、模拟设备、操作台 / gateway, simulators and console on this machine (--check: once, headless)',
  },
  start: {
    system: ['ffmpeg', 'speech'],
    console: true,
    program: 'gateway/main.ts',
    about: '按配置启动网关 / the gateway with the configuration at FENGSUI_CONFIG',
  },
  test: {
    system: ['ffmpeg', 'speech', 'mosquitto', 'influxdb', 'victoriaMetrics', 'chromium', 'rtspServer', 'chineseFont'],
    console: true,
    about: '规范、类型、测试 / lint, types, tests',
  },
  bench: {
    system: ['ffmpeg', 'speech', 'mosquitto', 'influxdb', 'chromium', 'chineseFont'],
    console: true,
    program: 'bench/main.ts',
    about: '性能对比 / ratios against a bare floor (ingest, screen, video)',
  },
  'check-config': {
    system: [],
    console: false,
    program: 'config/check.ts',
    takesFiles: true,
    about: '检查配置文件 / names each fault of a settings file',
  },
  'try-codec': {
    system: [],
    console: false,
    program: 'gateway/trial/main.ts',
    fileOptions: ['--device'],
    about: '试读报文 / PROFILE FILE [TOPIC] [--device RECORD.json]: what a payload becomes',
  },
  'export-alarms': {
    system: [],
    console: false,
    program: 'gateway/export/main.ts',
    words: ['export'],
    fileOptions: ['--out'],
    about: '导出报警 / alarms as JSON Lines or CSV, also while the gateway runs',
  },
  'import-alarms': {
    system: [],
    console: false,
    program: 'gateway/export/main.ts',
    words: ['import'],
    fileOptions: ['--in'],
    about: '导入已归档报警 / closed alarms of a file into the archive',
  },
  'verify-journal': {
    system: [],
    console: false,
    program: 'gateway/journal/verify.ts',
    takesFiles: true,
    about: '校验日志库 / walks the chain of a journal file and names the first broken entry',
  },
  'verify-evidence': {
    system: [],
    console: false,
    program: 'gateway/followers/evidence/verify.ts',
    takesFiles: true,
    about: '校验取证文件 / JOURNAL: names each evidence file that is not as the journal says',
  },
  'backup-journal': {
    system: [],
    console: false,
    program: 'gateway/journal/backup.ts',
    takesFiles: true,
    about: '备份日志库（可在运行中） / FILE TARGET: a checked copy, also while the gateway runs',
  },
  'restore-journal': {
    system: [],
    console: false,
    program: 'gateway/journal/restore.ts',
    takesFiles: true,
    about: '恢复日志库 / COPY FILE: puts a checked copy where a gateway opens it',
  },
  build: { system: [], console: true, about: '只做准备 / makes everything ready and ends' },
};
