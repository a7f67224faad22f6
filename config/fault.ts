/**
 * One wrong setting. `where` is the file, or the environment variable that gave the value; `value` is undefined where
 * nothing was given, and `(hidden)` for a secret.
 */
export type ConfigFault = Readonly<{
  where: string;
  line: number | undefined;
  path: string;
  value: string | undefined;
  expected: string;
}>;

/** `fengsui.yaml:14 mqtt.url is 'http://10.0.3.7', expected mqtt:// or mqtts://, such as mqtts://broker.example:8883` */
export function faultText({ where, line, path, value, expected }: ConfigFault): string {
  const place = line === undefined ? where : `${where}:${line}`;
  const subject = path === '' ? place : `${place} ${path}`;
  return `${subject} ${value === undefined ? 'is missing' : `is '${value}'`}, expected ${expected}`;
}
