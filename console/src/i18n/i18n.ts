import { createI18n } from 'vue-i18n';
import zh, { type Words } from './zh-CN.ts';

export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

const KEPT_AS = 'fengsui.locale';
const isLocale = (text: unknown): text is Locale => LOCALES.some((locale) => locale === text);

/** Chinese unless this browser was told otherwise. */
function firstLocale(): Locale {
  const kept = localStorage.getItem(KEPT_AS);
  return isLocale(kept) ? kept : 'zh-CN';
}

export const i18n = createI18n<[Words], Locale, false>({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en: zh }, // English words are fetched by who reads them: phones here load Chinese alone
});

/** Resolves once the words of this browser's language are there. */
export async function fetchWords(locale: Locale = firstLocale()): Promise<void> {
  if (locale === 'en') i18n.global.setLocaleMessage('en', (await import('./en.ts')).default);
}

export async function setLocale(locale: Locale): Promise<void> {
  await fetchWords(locale);
  i18n.global.locale.value = locale;
  localStorage.setItem(KEPT_AS, locale);
}

/** The half of a two-language text that the reader wants. */
export const titleIn = (locale: string, title: { zh: string; en: string }): string =>
  locale === 'en' ? title.en : title.zh;
