import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { OnFinished } from './temporary-folder.ts';

const CHROMIUM = process.env['FENGSUI_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A microphone that beeps, for who is given the right to it.
  '--use-fake-device-for-media-stream',
];

/** A real browser without a window. It says nothing to anybody but the pages it is told to open. */
export async function startBrowser(onFinished: OnFinished): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  onFinished(() => browser.close());
  return browser;
}

export type Seat = Readonly<{
  page: Page;
  /** What the page complained of: scripts that failed, and what the gateway's policy refused. */
  complaints: readonly string[];
  /** Addresses outside the gateway that the page asked for. */
  strangers: readonly string[];
}>;

/** Somebody at a screen of their own, signed in through the page as a person would. */
export async function takeSeat(
  browser: Browser,
  url: string,
  { username, password }: Readonly<{ username: string; password: string }>,
  options: BrowserContextOptions = {},
): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, ...options });
  const page = await context.newPage();
  const [complaints, strangers]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:' && host !== new URL(url).host) strangers.push(request.url());
  });
  await page.goto(`${url}/login`);
  await page.getByTestId('login-username').fill(username);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
  await page.waitForURL((address) => !address.pathname.startsWith('/login'));
  return { page, complaints, strangers };
}
