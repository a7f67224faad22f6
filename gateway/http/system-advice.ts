/** What can be wrong with the house: how grave (1 red to 4 blue), what it is called, and what a person does about it. */
export const ADVICE = {
  'broker-down': {
    severity: 1,
    title: {
      zh: 'MQTT 连接中断，收不到设备报警',
      en: 'No connection to the MQTT broker: device alarms do not come in',
    },
    action: {
      zh: '检查消息服务器是否运行、网络与账号是否正确；恢复后会自动重连，服务器保留的报警会补收。',
      en: 'See that the broker runs and that network and credentials are right. The gateway reconnects by itself and takes what the broker kept.',
    },
  },
  'disk-critical': {
    severity: 1,
    title: { zh: '磁盘空间即将耗尽', en: 'The disk is nearly full' },
    action: {
      zh: '立即清理或扩容数据目录所在磁盘；写满后将停止接收报警，设备端会等待重发。',
      en: 'Free or add space where the data folder lies, now: when it is full no alarm is taken, and devices wait to send again.',
    },
  },
  'disk-unknown': {
    severity: 1,
    title: { zh: '无法读取磁盘空间', en: 'The free space of the disk cannot be read' },
    action: {
      zh: '检查数据目录是否存在、磁盘是否挂载。',
      en: 'See that the data folder is there and its disk is mounted.',
    },
  },
  'part-down': {
    severity: 1,
    title: { zh: '部件未就绪', en: 'A part is not ready' },
    action: {
      zh: '按原因处理；查看日志中同名部件的最近一条错误，必要时重启网关。',
      en: 'Act on the reason; look for its latest error in the log, and restart the gateway if it stays.',
    },
  },
  'linkage-off': {
    severity: 4,
    title: { zh: '联动通知未启用：没有配置地址', en: 'A linkage tells nobody: it has no address' },
    action: {
      zh: '在设置 linkages.webhooks 中填写对应名称（patrol 巡防、property 物业、maintenance 维保）的短信或语音网关地址，并放行 linkages.webhookNetworks。',
      en: 'Give the address of the SMS or voice gateway under linkages.webhooks (patrol, property, maintenance), and its network under linkages.webhookNetworks.',
    },
  },
  'queue-full': {
    severity: 2,
    title: { zh: '队列接近上限，正在限制接收', en: 'A queue is near its bound and holds its senders back' },
    action: {
      zh: '查看磁盘是否缓慢、是否有设备大量上报；队列下降后自动恢复，消息不会丢失。',
      en: 'Look for a slow disk or a device that floods. It recovers by itself as the queue goes down; no message is lost.',
    },
  },
  'evidence-full': {
    severity: 2,
    title: {
      zh: '取证空间已满，较早的取证文件提前删除',
      en: 'Evidence is over its quota: old files went before their time',
    },
    action: {
      zh: '扩大取证空间（evidence.maxGiB）或磁盘；需要保留的文件请锁定，锁定的文件不会删除。',
      en: 'Give evidence more room (evidence.maxGiB, or a larger disk), and lock what must stay: a locked file is never taken.',
    },
  },
  'follower-stopped': {
    severity: 2,
    title: { zh: '跟随任务已停止', en: 'A follower has stopped' },
    action: { zh: '重启网关；任务会从断点继续。', en: 'Restart the gateway: it goes on from its cursor.' },
  },
  'entries-missed': {
    severity: 2,
    title: { zh: '有日志在处理前已过期', en: 'Entries were gone before a follower could take them' },
    action: {
      zh: '延长日志保留时间；归档缺少的时段可用 fengsui export/import 从备份补入。',
      en: 'Keep the journal for longer; what the archive lacks can be filled in from a backup by fengsui export and import.',
    },
  },
  'archive-down': {
    severity: 3,
    title: { zh: '归档不可用（不影响接警）', en: 'The archive is not available (alarms are not affected)' },
    action: {
      zh: '按原因检查 InfluxDB 的地址、账号、数据库；恢复后从断点自动补写。',
      en: 'Check address, credentials and database of InfluxDB by the reason. What waits is written from the cursor once it is back.',
    },
  },
  'follower-failing': {
    severity: 3,
    title: { zh: '跟随任务正在重试', en: 'A follower is trying again' },
    action: {
      zh: '按错误处理对端；会自动重试，不丢数据。需要维护对端时可先暂停该任务。',
      en: 'Mend the other side by the error. It is tried again by itself and nothing is lost; pause it while the other side is under repair.',
    },
  },
  'entries-set-aside': {
    severity: 3,
    title: { zh: '有日志条目无法处理，已搁置', en: 'Entries could not be handled and were set aside' },
    action: {
      zh: '查看条目及原因并报告给维护人员；其余条目不受影响。',
      en: 'Read the entries and their reasons and tell whoever maintains the gateway; all others went through.',
    },
  },
  'follower-behind': {
    severity: 3,
    title: { zh: '跟随任务滞后', en: 'A follower is far behind' },
    action: {
      zh: '若滞后持续增长，检查对端的写入速度；刚恢复时属正常补写。',
      en: 'If it keeps growing, look at how fast the other side takes entries. Right after an outage it is catching up.',
    },
  },
  'disk-low': {
    severity: 3,
    title: { zh: '磁盘空间不足', en: 'The disk runs low' },
    action: {
      zh: '安排清理或扩容；可缩短日志、证据的保留时间。',
      en: 'Plan to free or add space, or keep journal and evidence for fewer days.',
    },
  },
  'evidence-nearly-full': {
    severity: 3,
    title: { zh: '取证空间即将用完', en: 'The room for evidence is nearly full' },
    action: {
      zh: '扩大取证空间（evidence.maxGiB）或缩短保留天数；用完后将从最早的未锁定文件开始删除。',
      en: 'Give evidence more room (evidence.maxGiB) or keep it for fewer days: when it is full, the oldest files that are not locked go.',
    },
  },
  'follower-paused': {
    severity: 4,
    title: { zh: '跟随任务已被暂停', en: 'A follower is paused' },
    action: {
      zh: '维护结束后恢复该任务；暂停期间的条目会补处理。',
      en: 'Resume it when the work is done: what came meanwhile is then taken.',
    },
  },
  'archive-refused': {
    severity: 4,
    title: { zh: '归档拒收部分数据点', en: 'The archive refused some points' },
    action: {
      zh: '查看日志“archive refused a point”：常见原因是其他程序写入了同名不同类型的字段，或时间早于保留策略。',
      en: 'Look for "archive refused a point" in the log: another program wrote the same field with another type, or the time is older than the retention policy.',
    },
  },
  'dead-letters': {
    severity: 4,
    title: { zh: '24 小时内有无法解析的报文', en: 'Messages of the last 24 hours could not be read' },
    action: {
      zh: '在“无法解析的报文”中按原因处理（登记设备、补充报警类型映射），然后重放。',
      en: 'Go through the dead letters by reason (register the device, map its word to an alarm type), then replay them.',
    },
  },
} as const;

export type ProblemCode = keyof typeof ADVICE;
