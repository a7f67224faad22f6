import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type OnFinished = (cleanUp: () => Promise<void>) => void;

/** A folder of the test's own, gone when it ends. */
export async function temporaryFolder(onTestFinished: OnFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
